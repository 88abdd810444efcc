#include "json/json.h"

#include <doctest/doctest.h>

using namespace proviso;

TEST_CASE("RFC 8785 section 3.2.2: values have one form") {
  const auto value =
      json::parse(R"({"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
    "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]})",
                  "test");
  CHECK(json::canonical(value) ==
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
        "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST_CASE("RFC 8785 section 3.2.3: names are sorted by UTF-16 code units") {
  const auto value = json::parse(
      R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
    "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"})",
      "test");
  CHECK(json::canonical(value) ==
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"Latin "
        "Small Letter O With Diaeresis\","
        "\"\u20ac\":\"Euro Sign\",\"\U0001F600\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew "
        "Letter Dalet With Dagesh\"}");
}

TEST_CASE("RFC 8785 appendix B: numbers are those of ECMAScript") {
  const auto text = [](double value) {
    std::string out;
    json::append_canonical_number(out, value);
    return out;
  };
  CHECK(text(-0.0) == "0");
  CHECK(text(5e-324) == "5e-324");
  CHECK(text(1.7976931348623157e308) == "1.7976931348623157e+308");
  CHECK(text(9007199254740992.0) == "9007199254740992");
  CHECK(text(1e21) == "1e+21");
  CHECK(text(0.000001) == "0.000001");
  CHECK(text(1e-7) == "1e-7");
  CHECK(text(-1.5) == "-1.5");
  CHECK(text(333333333.3333332) == "333333333.3333332");
  CHECK(text(1e23) == "1e+23");
  CHECK(text(9.999999999999997e22) == "9.999999999999997e+22");
  CHECK(text(0.000009999999999999997) == "0.000009999999999999997");
  CHECK(text(5.684341886080802e-14) ==
        "5.684341886080802e-14");  // 2^-44: the nearest 16 digits do not read back
  CHECK(text(2.2250738585072014e-308) == "2.2250738585072014e-308");
}

TEST_CASE("what is not strict JSON is refused") {
  for (const char* text :
       {"", "{", "{\"a\":1,}", "{\"a\":1} x", "{\"a\":1,\"a\":2}", "[{\"b\":{\"c\":1,\"c\":2}}]",
        "// c\n1", "\"\xff\"", "NaN", "1e999", "[-1e999]", "\"\\ud800\"", "\"a\nb\"", "01"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(json::parse(text, "test"), base::Error);
  }
  CHECK_THROWS_AS(json::parse(std::string(65, '[') + std::string(65, ']'), "test"), base::Error);
  CHECK_NOTHROW(json::parse(std::string(60, '[') + std::string(60, ']'), "test"));
}

TEST_CASE("whole numbers beyond 2^53 have no canonical form") {
  CHECK_THROWS_AS(json::canonical({{"n", 9007199254740993LL}}), base::Error);
  CHECK(json::canonical({{"n", 9007199254740992LL}}) == "{\"n\":9007199254740992}");
}

TEST_CASE("a string that is not valid UTF-8 has no canonical form") {
  CHECK_THROWS_AS(json::canonical({{"reason", "\xC0\x80"}}), base::Error);
  CHECK_THROWS_AS(json::canonical({{"\xED\xA0\x80", 1}}), base::Error);
}
