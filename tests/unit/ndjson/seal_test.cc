#include "ndjson/seal.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdint>

using namespace proviso;

namespace {

// FNV-1a twice: enough to see what is bound, without a room for cryptography.
class ToyKey : public ndjson::SealKey {
 public:
  explicit ToyKey(std::uint64_t seed) : seed_(seed) {}
  ndjson::Mac mac(std::string_view message) const override {
    std::uint64_t h = 14695981039346656037ull ^ seed_;
    for (const char c : message) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    ndjson::Mac digits;
    fmt::format_to(digits.data(), "{:016x}{:016x}", h, h * 31);
    return digits;
  }

 private:
  std::uint64_t seed_;
};

const ToyKey kKey(1);

std::string bound(const ndjson::ScopeBinding& binding) {
  std::string out;
  ndjson::append(out, binding);
  return out;
}

std::string sealed_line(std::string_view path = "a.jpg") {
  const std::string binding = bound({"m-1", "chat", "acc", "a.jpg", ""});
  const std::string scope = ndjson::seal(R"({"at":"now","run":"r"})", binding, kKey);
  const std::string scope_mac = scope.substr(scope.size() - 34, 32);
  const std::string hash = ndjson::seal(R"({"bytes":7,"kind":"image"})", scope_mac, kKey);
  return fmt::format(
      R"({{"id":"m-1","service":"chat","account":"acc","content":{{"path":"{}"}},"scope":{},"hash":{}}})",
      path, scope, hash);
}

std::string verdict(std::string line, const ndjson::SealKey& key = kKey) {
  ndjson::Parser parser;
  const auto record = ndjson::Record::parse(parser, std::move(line));
  REQUIRE(record);
  const auto verified = ndjson::verify_seals(*record, {"scope", "hash"}, key);
  return verified ? "good" : verified.error().code;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a seal is the last member of its object") {
  const std::string sealed = ndjson::seal(R"({"a":1})", "before", kKey);
  CHECK(sealed.rfind(R"({"a":1,"mac":")", 0) == 0);
  CHECK(sealed.size() == std::string_view(R"({"a":1,"mac":""})").size() + 32);
  CHECK(ndjson::seal("{}", "", kKey).rfind(R"({"mac":")", 0) == 0);
}

TEST_CASE("a chain of seals verifies, also when the line was re-serialised") {
  CHECK(verdict(sealed_line()) == "good");
  CHECK(verdict(replaced(sealed_line(), R"("bytes":7,"kind":"image")",
                         R"( "kind" : "im\u0061ge", "bytes":7.0 )")) == "good");
  CHECK(verdict(replaced(sealed_line(), R"({"id":"m-1",)", R"({"more":[1,2],"id":"m-1",)")) ==
        "good");
}

TEST_CASE("whatever a seal binds cannot be changed, nor a stage left out, nor another key used") {
  CHECK(verdict(sealed_line("b.jpg")) == "bad_seal");
  CHECK(verdict(replaced(sealed_line(), R"("id":"m-1")", R"("id":"m-2")")) == "bad_seal");
  CHECK(verdict(replaced(sealed_line(), R"("account":"acc")", R"("account":"acd")")) == "bad_seal");
  CHECK(verdict(replaced(sealed_line(), R"("run":"r")", R"("run":"s")")) == "bad_seal");
  CHECK(verdict(replaced(sealed_line(), R"("bytes":7)", R"("bytes":8)")) == "bad_seal");
  CHECK(verdict(replaced(sealed_line(), R"("bytes":7)", R"("bytes":7,"extra":1)")) == "bad_seal");
  CHECK(verdict(replaced(sealed_line(), R"("hash")", R"("hush")")) == "bad_seal");
  CHECK(verdict(replaced(sealed_line(), R"("content":{"path":"a.jpg"})",
                         R"("content":{"path":"a.jpg","evidence":"b"})")) == "bad_seal");
  CHECK(verdict(sealed_line(), ToyKey(2)) == "bad_seal");
  CHECK(verdict(R"({"id":"a","scope":7,"hash":7})") == "bad_seal");
}

TEST_CASE("parts of a binding cannot flow into one another") {
  CHECK(bound({"ab", "c", "", "", ""}) != bound({"a", "bc", "", "", ""}));
  CHECK(bound({"a", "", "c", "", ""}) != bound({"a", "c", "", "", ""}));
}
