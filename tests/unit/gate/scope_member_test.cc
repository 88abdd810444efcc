#include <doctest/doctest.h>

#include "workplace.h"

using namespace proviso;
using gate_test::at;
using gate_test::under;
using gate_test::Workplace;

namespace {

// A record that scope-check has admitted and sealed, and the gate that admitted it.
struct Sealed {
  Workplace w;
  law::Resolved law = under("reg-2026-1881");
  gate::Gate gate{w.policy, law, w.ledger.get()};
  gate::State state = gate_test::open_state(w.policy, w.now);
  std::unique_ptr<ndjson::SealKey> key;
  ndjson::Parser parser;
  gate::ScopeMember scope;

  Sealed() {
    base::write_new_file(w.directory / "stream.key", "0123456789abcdef");
    key = gate::stream_seal_key("file:" + (w.directory / "stream.key").string());
    scope.at = w.now;
    scope.rehearsal = true;
    scope.technologies = {"known-digests"};
    scope.content = {base::ContentKind::image};
    scope.gate = gate.digest();
    scope.run = "00112233445566778899aabbccddeeff";
  }

  std::string line() {
    const std::string plain =
        R"({"id":"m","service":"chat","account":"a","region":"DE","content":{"kind":"image","path":"a.jpg"}})";
    auto record = ndjson::Record::parse(parser, plain);
    REQUIRE(record);
    const auto binding = ndjson::scope_binding(*record);
    REQUIRE(binding);
    return record->with("scope", ndjson::seal(gate::to_member(scope), *binding, *key));
  }

  // "ok", or the code of the item error.
  std::string admit(const std::string& text, std::string_view max_age = "PT1H") {
    auto record = ndjson::Record::parse(parser, text);
    REQUIRE(record);
    const auto result =
        gate::admit_later(*record, {"scope"}, *key, gate, state, *base::parse_period(max_age));
    return result ? "ok" : result.error().code;
  }
};

}  // namespace

TEST_CASE("a scope member survives the way out and back in") {
  Sealed s;
  const std::string text = s.line();
  auto record = ndjson::Record::parse(s.parser, text);
  REQUIRE(record);
  const auto read = gate::read_scope(*record);
  REQUIRE(read);
  CHECK(read->at == s.scope.at);
  CHECK(read->rehearsal);
  CHECK(read->technologies == s.scope.technologies);
  CHECK(read->content == s.scope.content);
  CHECK(read->gate == s.scope.gate);
  CHECK(read->run == s.scope.run);
  CHECK(s.admit(text) == "ok");
}

TEST_CASE("a record without scope, or with another's seal or a changed member, goes no further") {
  Sealed s;
  CHECK(s.admit(R"({"id":"m","service":"chat"})") == "bad_record");
  std::string changed = s.line();
  const auto place = changed.find("\"a.jpg\"");
  changed.replace(place, 7, "\"b.jpg\"");
  CHECK(s.admit(changed) == "bad_seal");
  std::string moved = s.line();
  const auto run = moved.find("0011223344");
  moved[run] = 'f';
  CHECK(s.admit(moved) == "bad_seal");
}

TEST_CASE("another policy or another mode is gate_changed") {
  Sealed s;
  s.scope.gate = std::string(64, '0');
  CHECK(s.admit(s.line()) == "gate_changed");
  s.scope.gate = s.gate.digest();
  s.scope.rehearsal = false;
  CHECK(s.admit(s.line()) == "gate_changed");
}

TEST_CASE("a record is fresh to the second of its greatest age") {
  Sealed s;
  const std::string text = s.line();
  s.state.at = at("2026-11-24T11:00:00Z");
  CHECK(s.admit(text) == "ok");
  s.state.at = at("2026-11-24T11:00:01Z");
  CHECK(s.admit(text) == "scope_stale");
  s.state.at = at("2026-11-24T09:00:00Z");
  CHECK(s.admit(text) == "scope_stale");
}

TEST_CASE("a pair that was closed or removed meanwhile is gate_closed and can be tried again") {
  Sealed s;
  const std::string text = s.line();
  s.state.pairs[0].missing.push_back(s.law.refusal("HU-01", "halted"));
  auto record = ndjson::Record::parse(s.parser, text);
  REQUIRE(record);
  const auto result =
      gate::admit_later(*record, {"scope"}, *s.key, s.gate, s.state, *base::parse_period("PT1H"));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "gate_closed");
  CHECK(result.error().retryable);
  CHECK(result.error().rule == "HU-01");
  s.state.pairs.clear();
  CHECK(s.admit(text) == "gate_closed");
}

TEST_CASE("a stream key that is not 16 bytes is refused") {
  Workplace w;
  base::write_new_file(w.directory / "short.key", "0123");
  CHECK_THROWS_AS(gate::stream_seal_key((w.directory / "short.key").string()), base::Error);
}
