#include "gate/item_scope.h"

#include <fmt/format.h>

#include <utility>

#include "law/union.h"

namespace proviso::gate {
namespace {

using base::ContentKind;

bool is_container(ContentKind kind) {
  return kind == ContentKind::archive || kind == ContentKind::mail;
}
// Kinds whose declaration does not say what is inside; the bytes decide later.
bool is_open_kind(ContentKind kind) { return is_container(kind) || kind == ContentKind::file; }

bool covers(const policy::Service& service, std::string_view region) {
  for (const std::string& each : service.regions) {
    if (each == region || (each == "EU" && law::is_in_union(region))) return true;
  }
  return false;
}

// Decides one item, step by step; each step may end it.
class Judgement {
 public:
  Judgement(const ItemFacts& facts, const State& state, const law::Resolved& law)
      : facts_(facts), state_(state), law_(law) {}

  Verdict decide() {
    verdict_.region = counted_region();
    verdict_.kind = std::string(base::to_string(facts_.kind));
    if (check_service() && check_encryption() && check_secrecy() && check_content()) admit();
    return std::move(verdict_);
  }

 private:
  // A stream can name any two letters; only those that a service may have get a count of their own.
  std::string counted_region() const {
    const std::string_view region = facts_.region_code();
    const bool known =
        law::is_in_eea(region) || (facts_.declared != nullptr && covers(*facts_.declared, region));
    return std::string(known ? region : kOtherRegion);
  }

  bool refuse(law::Refusal refusal) {
    verdict_.refused = std::move(refusal);
    return false;
  }

  bool check_service() {
    if (facts_.declared == nullptr)
      return refuse(law_.refusal("SC-09", "the service is not declared in the policy"));
    verdict_.service = facts_.declared->name;
    if (auto refusal = law_.service_refusal(facts_.declared->kind)) return refuse(*refusal);
    if (covers(*facts_.declared, facts_.region_code())) return true;
    return refuse(law_.refusal(
        "SC-01",
        fmt::format("region {} is outside the regions of the service", facts_.region_code())));
  }

  bool check_encryption() {
    if (!facts_.e2ee && facts_.declared->e2ee == policy::E2ee::never) return true;
    const auto refusal = law_.e2ee_refusal();
    return refusal ? refuse(*refusal) : true;
  }

  bool check_secrecy() {
    const auto refusal =
        law_.secrecy_refusal(facts_.secrecy.is_protected, facts_.secrecy.undetermined);
    return refusal ? refuse(*refusal) : true;
  }

  bool check_content() {
    if (auto refusal = law_.content_refusal(facts_.kind, facts_.derived)) return refuse(*refusal);
    if (facts_.derived) {
      // Derived risk factors may find solicitation and nothing else, whatever kind of content they
      // came from.
      if (auto refusal = law_.class_refusal(base::MaterialClass::solicitation))
        return refuse(*refusal);
    }
    if (facts_.text) return refuse(*facts_.text);
    if (facts_.kind == ContentKind::text || facts_.has_indicators) {
      if (!facts_.derived)
        return refuse(law_.refusal("SC-05", "a record of text needs derived indicators"));
      return true;
    }
    if (!facts_.path.empty()) return true;
    verdict_.error = base::ItemError{"bad_record", "field content.path: missing", false, {}, {}};
    return false;
  }

  // The leaf kinds that a technology would be given of this item.
  std::set<ContentKind> kinds_for(const policy::Technology& technology) const {
    std::set<ContentKind> kinds;
    // Derived risk factors are for technologies that take indicators, and those take nothing
    // else.
    if ((technology.as<policy::Indicators>() != nullptr) != facts_.derived) return kinds;
    if (!facts_.derived && facts_.kind != ContentKind::text && !is_open_kind(facts_.kind) &&
        technology.content.count(facts_.kind) == 0) {
      return kinds;
    }
    for (const ContentKind kind : technology.content) {
      if (!law_.content_refusal(kind, facts_.derived)) kinds.insert(kind);
    }
    return kinds;
  }

  void admit() {
    Admitted admitted;
    const Pair* closed = nullptr;
    for (const Pair& pair : state_.pairs) {
      if (pair.service->name != facts_.declared->name) continue;
      const auto kinds = kinds_for(*pair.technology);
      if (kinds.empty()) continue;
      if (!pair.open()) {
        if (closed == nullptr) closed = &pair;
        continue;
      }
      admitted.technologies.push_back(pair.technology->name);
      admitted.content.insert(kinds.begin(), kinds.end());
    }
    if (admitted.technologies.empty()) {
      refuse(closed != nullptr
                 ? closed->missing.front()
                 : law_.refusal("SC-10", fmt::format("no technology takes content of kind {}",
                                                     base::to_string(facts_.kind))));
      return;
    }
    admitted.service = facts_.declared->name;
    admitted.region = std::string(facts_.region_code());
    admitted.eu = law::is_in_union(facts_.region_code());
    admitted.kind = facts_.kind;
    verdict_.admitted = std::move(admitted);
  }

  const ItemFacts& facts_;
  const State& state_;
  const law::Resolved& law_;
  Verdict verdict_;
};

}  // namespace

Verdict decide(const ItemFacts& facts, const State& state, const law::Resolved& law) {
  return Judgement(facts, state, law).decide();
}

Verdict judge(const ndjson::Record& record, const State& state, const policy::Policy& policy,
              const law::Resolved& law, const ProtectedAccounts& accounts) {
  const auto facts = read_facts(record, policy, law, accounts);
  if (facts) return decide(*facts, state, law);
  Verdict verdict;
  verdict.error = facts.error();
  return verdict;
}

std::optional<law::Refusal> leaf_refusal(ContentKind detected,
                                         const std::set<ContentKind>& admitted,
                                         const law::Resolved& law) {
  if (admitted.count(detected) != 0) return std::nullopt;
  if (auto refusal = law.content_refusal(detected, false)) return refusal;
  if (is_container(detected)) return std::nullopt;  // its own leaves decide
  return law.refusal(
      "SC-10", fmt::format("no technology takes content of kind {}", base::to_string(detected)));
}

}  // namespace proviso::gate
