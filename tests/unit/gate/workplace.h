// A small provider in memory and in a directory of its own: people with keys and certificates, a
// ledger, one service and one technology. Removed with the object. The clock stands at 24 November
// 2026, 10:00 UTC.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/instant.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "gate/gate.h"
#include "gate/item_scope.h"
#include "gate/oversight.h"
#include "law/instrument.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"
#include "policy/policy.h"

namespace proviso::gate_test {

inline base::Instant at(std::string_view text) { return base::parse_instant(text).value(); }

// Each text is parsed once a program: cases ask for them hundreds of times.
inline const law::Instrument& text_of(std::string_view id) {
  static std::map<std::string, law::Instrument, std::less<>> texts;
  const auto found = texts.find(id);
  return found != texts.end() ? found->second
                              : texts.emplace(std::string(id), law::load(id)).first->second;
}

inline law::Resolved under(std::string_view id, std::vector<std::string_view> also = {},
                           bool rehearsal = true) {
  std::vector<law::Instrument> texts;
  for (const std::string_view each : also) texts.push_back(text_of(each));
  return {text_of(id), std::move(texts), rehearsal};
}

struct Workplace {
  std::filesystem::path directory;
  crypto::PrivateKey oversight_key = crypto::PrivateKey::generate_p256();
  crypto::PrivateKey reviewer_key = crypto::PrivateKey::generate_p256();
  std::shared_ptr<const crypto::PrivateKey> ledger_key =
      std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::generate_ed25519());
  policy::Policy policy;
  std::unique_ptr<ledger::Ledger> ledger;
  base::Instant now = at("2026-11-24T10:00:00Z");

  Workplace() {
    std::string name = (std::filesystem::temp_directory_path() / "gate-test-XXXXXX").string();
    directory = ::mkdtemp(name.data());
    base::set_clock(now);
    add_person("reviewer-1", policy::Role::reviewer, reviewer_key);
    add_person("oversight-1", policy::Role::oversight, oversight_key);
    policy.rehearsal = true;
    policy.instrument = "reg-2026-1881";
    policy.oversight_every = *base::parse_period("P30D");
    policy.redress_contact = "redress@example.org";
    policy.gdpr_grounds = {"6(1)(f)"};
    policy::Service chat;
    chat.name = "chat";
    chat.kind = "number-independent";
    chat.regions = {"EU"};
    chat.notice.published = base::Date{2026, 8, 1};
    policy.services = {chat};
    policy.lists = {{"known", "made up", "known-csam", "nobody", directory / "known.ndjson"}};
    policy::Technology digests;
    digests.name = "known-digests";
    digests.version = "1.0";
    digests.content = {base::ContentKind::image};
    digests.services = {"chat"};
    digests.first_used_by_any = base::Date{2015, 1, 1};
    digests.lists = {"known"};
    policy.technologies = {digests};
    ledger::Ledger::create(directory / "ledger", {"proviso/test/rehearsal", true}, *ledger_key,
                           "reg-2026-1881");
    ledger = std::make_unique<ledger::Ledger>(
        ledger::Ledger::open_to_append(directory / "ledger", ledger_key, true));
  }
  ~Workplace() {
    ledger.reset();
    base::set_clock(std::nullopt);
    std::error_code error;
    std::filesystem::remove_all(directory, error);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  void add_person(const std::string& id, policy::Role role, const crypto::PrivateKey& key) {
    policy::Person person;
    person.id = id;
    person.roles = {role};
    person.certificate = directory / (id + ".crt");
    person.number = static_cast<int>(policy.people.size()) + 1;
    const auto certificate = crypto::Certificate::self_signed(key, id, at("2020-01-01T00:00:00Z"),
                                                              at("2029-01-01T00:00:00Z"));
    base::write_new_file(person.certificate, certificate.pem());
    policy.people.push_back(std::move(person));
  }

  void set_time(base::Instant instant) {
    now = instant;
    base::set_clock(instant);
  }

  ledger::Overseen act(ledger::OversightAct what, const std::string& reason = "") const {
    gate::OversightStatement s;
    s.act = what;
    s.technology = "known-digests";
    s.person = "oversight-1";
    s.at = now;
    s.reason = reason;
    return gate::sign(s, policy, oversight_key);
  }
  void enter(const ledger::Overseen& act) { ledger->append(to_entry(act, "law")); }
  void sign(ledger::OversightAct what, const std::string& reason = "") { enter(act(what, reason)); }
};

// A gate whose pairs are all open, without law or ledger behind it: for what is decided of an item
// alone.
inline gate::State open_state(const policy::Policy& policy, base::Instant instant) {
  gate::State state;
  state.at = instant;
  for (const policy::Service& service : policy.services) {
    for (const policy::Technology& technology : policy.technologies) {
      gate::Pair pair;
      pair.service = &service;
      pair.technology = &technology;
      state.pairs.push_back(std::move(pair));
    }
  }
  return state;
}

}  // namespace proviso::gate_test
