#include "ndjson/record.h"

#include <doctest/doctest.h>

#include <string>

#include "ndjson/elements.h"
#include "ndjson/splice.h"

using namespace proviso;
using ndjson::Record;

namespace {

std::string refused(std::string line) {
  ndjson::Parser parser;
  const auto record = Record::parse(parser, std::move(line));
  REQUIRE_FALSE(record);
  CHECK(record.error().code == "bad_record");
  return record.error().message;
}

std::string nested(int depth) {
  std::string line = R"({"id":"a","x":)";
  line.append(static_cast<std::size_t>(depth), '[');
  line.append(static_cast<std::size_t>(depth), ']');
  return line + "}";
}

}  // namespace

TEST_CASE("a record gives its id and its members by path, and keeps its bytes") {
  ndjson::Parser parser;
  const std::string line =
      R"( {"id":"m-1","content":{"path":"a.jpg","bytes":18446744073709551615},"e2ee":false} )";
  const auto record = Record::parse(parser, line);
  REQUIRE(record);
  CHECK(record->line() == line);
  CHECK(record->id() == "m-1");
  CHECK(*record->string("content.path").value() == "a.jpg");
  CHECK(*record->unsigned_integer("content.bytes").value() == 18446744073709551615u);
  CHECK_FALSE(record->string("content.mime").value());
  CHECK_FALSE(record->string("nothing.at.all").value());
  CHECK(record->has("e2ee"));
  CHECK_FALSE(record->has("hash"));
}

TEST_CASE("a field of the wrong type is named in the error") {
  ndjson::Parser parser;
  const auto record = Record::parse(
      parser,
      R"({"id":"m","content":"x","service":7,"e2ee":"no","bytes":-1,"part":1.5,"null":null})");
  REQUIRE(record);
  CHECK(record->string("content.path").error().message == "field content: expected an object");
  CHECK(record->string("service").error().message == "field service: expected a string");
  CHECK_FALSE(record->unsigned_integer("bytes"));
  CHECK_FALSE(record->unsigned_integer("part"));
  CHECK_FALSE(record->string("null"));
}

TEST_CASE("what is no record is refused, whole line or part of it") {
  refused("");
  refused("[]");
  refused("null");
  refused("{\"id\":\"a\"} {}");
  refused("{\"id\":\"a\",}");
  refused("{\"id\":\"a\" \"b\":1}");
  refused("{\"id\":\"a\",\"unread\":tru}");
  refused("{\"id\":\"a\",\"unread\":\"\\ud800\"}");
  refused("{\"id\":\"a\",\"unread\":\"\xff\"}");
  refused("{\"id\":\"a\",\"unread\":\"\xed\xa0\x80\"}");
  refused(std::string("{\"id\":\"a\",\"x\":\"\0\"}", 18));
  refused("\xef\xbb\xbf{\"id\":\"a\"}");
  refused("{\"id\":\"a\",\"n\":1e999}");
}

TEST_CASE("an id is a string of 1 to 256 bytes") {
  refused("{}");
  refused(R"({"id":7})");
  refused(R"({"id":""})");
  refused(R"({"id":")" + std::string(257, 'x') + R"("})");
  ndjson::Parser parser;
  CHECK(Record::parse(parser, R"({"id":")" + std::string(256, 'x') + R"("})"));
}

TEST_CASE(
    "a repeated top-level member is refused, however it is spelled and however many there are") {
  CHECK(refused(R"({"id":"a","scope":1,"scope":2})") == "a top-level member is repeated");
  refused(R"({"id":"a","scope":1,"sc\u006fpe":2})");
  std::string many = R"({"id":"a")";
  for (int i = 0; i < 40; ++i) many += ",\"k" + std::to_string(i) + "\":0";
  refused(many + R"(,"k3":0})");
  ndjson::Parser parser;
  CHECK(Record::parse(parser, many + "}"));
}

TEST_CASE("depth is bounded, also after a parser grew") {
  ndjson::Parser parser;
  CHECK(Record::parse(parser, nested(50)));
  CHECK_FALSE(Record::parse(parser, nested(70)));
  CHECK(Record::parse(parser, R"({"id":"a","x":")" + std::string(300000, 'x') + R"("})"));
  const auto deep = Record::parse(parser, nested(70));
  REQUIRE_FALSE(deep);
  CHECK(deep.error().message == "nested deeper than 64 levels");
  CHECK(Record::parse(parser, nested(50)));
}

TEST_CASE("with() puts a member before the last brace and leaves every other byte") {
  ndjson::Parser parser;
  const auto record = Record::parse(parser, R"({ "id" : "a" , "x":1.0e2 } )");
  REQUIRE(record);
  CHECK(record->with("hash", R"({"kind":"image"})") ==
        R"({ "id" : "a" , "x":1.0e2 ,"hash":{"kind":"image"}} )");
}

TEST_CASE("error members say tool, code, message, and the rule where there is one") {
  ndjson::Parser parser;
  const auto record = Record::parse(parser, R"({"id":"a"})");
  REQUIRE(record);
  CHECK(
      ndjson::with_error(record->line(), "hash", {"decode_failed", "no \"end\"", false, {}, {}}) ==
      R"({"id":"a","error":{"tool":"hash","code":"decode_failed","message":"no \"end\""}})");
  CHECK(
      ndjson::with_error(record->line(), "hash",
                         {"kind_mismatch", "audio", false, "SC-06", "Art. 1"}) ==
      R"({"id":"a","error":{"tool":"hash","code":"kind_mismatch","message":"audio","rule":"SC-06","citation":"Art. 1"}})");
  CHECK(ndjson::error_line("hash", {"bad_record", "not JSON", false, {}, {}}, 12) ==
        R"({"error":{"tool":"hash","code":"bad_record","message":"not JSON","line":12}})");
}

TEST_CASE(
    "canonical text sorts members, writes ECMAScript numbers and refuses what a double cannot "
    "hold") {
  ndjson::Parser parser;
  const auto record = Record::parse(
      parser,
      R"({"id":"a","x":{ "b":[1.0, 2e1,-0.0,true,null],"a":"\u00e9\n","":9007199254740992},"big":9007199254740993,"twice":{"a":1,"a":2}})");
  REQUIRE(record);
  CHECK(ndjson::canonical(*record->find("x")).value() ==
        "{\"\":9007199254740992,\"a\":\"é\\n\",\"b\":[1,20,0,true,null]}");
  CHECK_FALSE(ndjson::canonical(*record->find("big")));
  CHECK_FALSE(ndjson::canonical(*record->find("twice")));
}
