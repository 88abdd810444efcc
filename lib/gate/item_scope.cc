#include "gate/item_scope.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gate/derived_indicators.h"
#include "gate/parties.h"

namespace proviso::gate {
namespace {

using base::ContentKind;

constexpr std::array<std::string_view, 5> kStageMembers = {"scope", "hash", "match", "retain", "error"};

bool is_container(ContentKind kind) { return kind == ContentKind::archive || kind == ContentKind::mail; }
// Kinds whose declaration says nothing of what is inside; the bytes decide later.
bool is_open_kind(ContentKind kind) { return is_container(kind) || kind == ContentKind::file; }

bool is_region_code(std::string_view text) {
  return text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool covers(const policy::Service& service, std::string_view region) {
  for (const std::string& each : service.regions) {
    if (each == region || (each == "EU" && is_union_region(region))) return true;
  }
  return false;
}

// Decides one record, step by step; each step may end it.
class Judgement {
 public:
  Judgement(const ndjson::Record& record, const State& state, const policy::Policy& policy, const law::Resolved& law,
            const ProtectedAccounts& accounts)
      : record_(record), state_(state), policy_(policy), law_(law), accounts_(accounts) {}

  Verdict decide() {
    if (read_fields() && check_region() && check_encryption() && check_secrecy() && check_content()) admit();
    return std::move(verdict_);
  }

 private:
  bool bad(std::string what) {
    verdict_.error = base::ItemError{"bad_record", std::move(what), false, {}, {}};
    return false;
  }
  bool fail(const base::ItemError& error) {
    verdict_.error = error;
    return false;
  }
  bool refuse(law::Refusal refusal) {
    verdict_.refused = std::move(refusal);
    return false;
  }

  // A string that must be there and must not be empty.
  bool required(std::string_view path, std::string& out) {
    const auto text = record_.string(path);
    if (!text) return fail(text.error());
    if (!*text || (*text)->empty()) return bad(fmt::format("field {}: missing", path));
    out = std::string(**text);
    return true;
  }

  bool read_fields() {
    for (const std::string_view stage : kStageMembers) {
      if (record_.has(stage)) return bad(fmt::format("field {}: already there; only a stage may write it", stage));
    }
    std::string service, account, kind;
    if (!required("service", service) || !required("account", account) || !required("region", region_) ||
        !required("content.kind", kind)) {
      return false;
    }
    if (!is_region_code(region_)) return bad("field region: an ISO 3166 code of two letters, or EU, is expected");
    const auto parsed = base::parse_content_kind(kind);
    if (!parsed) return bad("field content.kind: image, video, text, audio, archive, mail or file is expected");
    kind_ = *parsed;
    const auto sent_at = record_.string("sent_at");
    if (!sent_at) return fail(sent_at.error());
    if (*sent_at && !base::parse_instant(**sent_at)) return bad("field sent_at: an RFC 3339 instant is expected");
    if (const auto role = record_.string("role"); !role) return fail(role.error());
    if (const auto mime = record_.string("content.mime"); !mime) return fail(mime.error());
    if (const auto evidence = record_.string("content.evidence"); !evidence) return fail(evidence.error());
    if (const auto bytes = record_.unsigned_integer("content.bytes"); !bytes) return fail(bytes.error());
    for (const std::string_view member : {"indicators", "scores"}) {
      const auto found = record_.find(member);
      if (found && !found->is_object()) return bad(fmt::format("field {}: an object is expected", member));
    }
    verdict_.region = region_;
    verdict_.kind = std::string(base::to_string(kind_));
    service_ = policy_.service(service);
    if (service_ == nullptr) return refuse(law_.refusal("SC-09", "the service is not declared in the policy"));
    verdict_.service = service_->name;
    return true;
  }

  bool check_region() {
    if (auto refusal = law_.service_refusal(service_->kind)) return refuse(*refusal);
    if (covers(*service_, region_)) return true;
    return refuse(law_.refusal("SC-01", fmt::format("region {} is outside the regions of the service", region_)));
  }

  bool check_encryption() {
    const auto e2ee = record_.boolean("e2ee");
    if (!e2ee) return fail(e2ee.error());
    if (!e2ee->value_or(false) && service_->e2ee == policy::E2ee::never) return true;
    const auto refusal = law_.e2ee_refusal();
    return refusal ? refuse(*refusal) : true;
  }

  bool check_secrecy() {
    const auto secrecy = secrecy_of(record_, policy_, accounts_);
    if (!secrecy) return fail(secrecy.error());
    const auto refusal = law_.secrecy_refusal(secrecy->is_protected, secrecy->undetermined);
    return refusal ? refuse(*refusal) : true;
  }

  bool check_content() {
    derived_ = has_indicators(record_);
    if (auto refusal = law_.content_refusal(kind_, derived_)) return refuse(*refusal);
    if (kind_ == ContentKind::text || record_.has("indicators")) {
      if (auto refusal = text_refusal(record_, policy_, law_)) return refuse(*refusal);
      if (!derived_) return refuse(law_.refusal("SC-05", "a record of text needs derived indicators"));
      return true;
    }
    std::string path;
    return required("content.path", path);
  }

  // The leaf kinds that a technology would be given of this record.
  std::set<ContentKind> kinds_for(const policy::Technology& technology) const {
    std::set<ContentKind> kinds;
    // What is derived from text is for technologies that take indicators, and those take nothing else.
    if ((technology.method == policy::Method::indicators) != derived_) return kinds;
    if (!derived_ && kind_ != ContentKind::text && !is_open_kind(kind_) && technology.content.count(kind_) == 0) {
      return kinds;
    }
    for (const ContentKind kind : technology.content) {
      if (!law_.content_refusal(kind, derived_)) kinds.insert(kind);
    }
    return kinds;
  }

  void admit() {
    Admitted admitted;
    const Pair* closed = nullptr;
    for (const Pair& pair : state_.pairs) {
      if (pair.service->name != service_->name) continue;
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
                 : law_.refusal("SC-10", fmt::format("no technology takes content of kind {}", base::to_string(kind_))));
      return;
    }
    admitted.service = service_->name;
    admitted.region = region_;
    admitted.eu = is_union_region(region_);
    admitted.kind = kind_;
    verdict_.admitted = std::move(admitted);
  }

  const ndjson::Record& record_;
  const State& state_;
  const policy::Policy& policy_;
  const law::Resolved& law_;
  const ProtectedAccounts& accounts_;
  const policy::Service* service_ = nullptr;
  std::string region_;
  ContentKind kind_ = ContentKind::file;
  bool derived_ = false;
  Verdict verdict_;
};

}  // namespace

Verdict judge(const ndjson::Record& record, const State& state, const policy::Policy& policy, const law::Resolved& law,
              const ProtectedAccounts& accounts) {
  return Judgement(record, state, policy, law, accounts).decide();
}

std::optional<law::Refusal> leaf_refusal(ContentKind detected, const std::set<ContentKind>& admitted,
                                         const law::Resolved& law) {
  if (admitted.count(detected) != 0) return std::nullopt;
  if (auto refusal = law.content_refusal(detected, false)) return refusal;
  if (is_container(detected)) return std::nullopt;   // its own leaves decide
  return law.refusal("SC-10", fmt::format("no technology takes content of kind {}", base::to_string(detected)));
}

}  // namespace proviso::gate
