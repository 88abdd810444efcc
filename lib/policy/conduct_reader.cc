// The second half of the policy: how hits are handled, who may receive them, keys and paths, and
// the limits of the law.
#include <fmt/core.h>

#include <algorithm>

#include "base/file.h"
#include "crypto/random.h"
#include "law/union.h"
#include "policy/attestations.h"
#include "policy/periods.h"
#include "policy/policy_reader.h"
#include "policy/registers.h"

namespace proviso::policy {
namespace {

constexpr int kMaxWindow = 100'000'000;

}  // namespace

yaml::Node PolicyReader::parse_file(const yaml::Node& at, std::string_view key,
                                    const fs::path& file) {
  std::error_code error;
  if (file.empty() || !fs::exists(file, error)) {
    if (!file.empty() && !options_.documents_only)
      in_.fail(at, fmt::format("{}: {}: no such file", key, file.string()));
    return {};
  }
  // Caught here: what is wrong with this file is one more finding about the policy.
  try {
    const std::string text = base::read_file(file);
    policy_.register_sha256.insert_or_assign(std::string(key), crypto::sha256_hex(text));
    return yaml::parse(text, file.string());
  } catch (const base::Error& why) {
    findings_.insert(findings_.end(), why.findings().begin(), why.findings().end());
    return {};
  }
}

void PolicyReader::read_registers(const yaml::Node& root) {
  for (const bool authorities : {false, true}) {
    const std::string_view key = authorities ? "authorities" : "organisations";
    const fs::path file = fields_.path(root, key, Fields::Expect::nothing, true);
    const yaml::Node* node = root.find(key);
    if (node == nullptr) continue;
    const yaml::Node list = parse_file(*node, key, file);
    for (Organisation& each : read_register(fields_of(file), list, authorities)) {
      if (policy_.organisation(each.id) != nullptr)
        in_.fail(*node, fmt::format("{}: {} stands twice in the registers", key, each.id));
      policy_.organisations.push_back(std::move(each));
    }
  }
}

void PolicyReader::read_attestations_of(const yaml::Node& root) {
  const yaml::Node* node = root.find("attestations");
  if (node == nullptr || node->type == yaml::NodeType::null) return;
  if (node->type == yaml::NodeType::sequence) {
    policy_.attestations = read_attestations(fields_, node->items);
    return;
  }
  policy_.attestations_file = fields_.path(root, "attestations", Fields::Expect::nothing, true);
  const yaml::Node list = parse_file(*node, "attestations", policy_.attestations_file);
  const Fields own = fields_of(policy_.attestations_file);
  if (list.type == yaml::NodeType::map || list.type == yaml::NodeType::scalar)
    own.in.fail(list, "a list of attestations was expected");
  policy_.attestations = read_attestations(own, list.items);
}

void PolicyReader::read_conduct(const yaml::Node& root) {
  const yaml::Node& secrecy = fields_.section(root, "professional_secrecy", false);
  in_.only(secrecy, {"protected_accounts", "markers"});
  policy_.protected_accounts =
      fields_.path(secrecy, "protected_accounts", Fields::Expect::file, false);
  policy_.secrecy_markers = in_.strings(secrecy, "markers");

  for (const auto& [name, why] : fields_.section(root, "evidence_fields", false).members) {
    const std::string reason = in_.as_string(why, name.scalar);
    if (reason.empty())
      in_.fail(why, fmt::format("evidence_fields: {} has no reason why it is kept", name.scalar));
    policy_.evidence_fields[name.scalar] = reason;
  }

  const yaml::Node& retention = fields_.section(root, "retention", true);
  in_.only(retention, {"suspected", "confirmed", "unscanned", "replay"});
  if (root.find("retention") != nullptr) {
    policy_.retention_suspected = fields_.period(retention, "suspected", "");
    policy_.retention_confirmed = fields_.period(retention, "confirmed", "");
    policy_.retention_unscanned = fields_.period(retention, "unscanned", "PT1H");
    policy_.retention_replay = fields_.period(retention, "replay", "P7D");
  }

  const yaml::Node& review = fields_.section(root, "review", false);
  in_.only(review, {"required", "four_eyes", "oversight_every"});
  const std::string required = in_.string_or(review, "required", "as-the-instrument-says");
  policy_.review_all = required == "all";
  if (required != "all" && required != "as-the-instrument-says") {
    in_.fail(*review.find("required"),
             fmt::format("required: '{}' is not one of all, as-the-instrument-says; the policy may "
                         "ask for more review than the law, not for less",
                         required));
  }
  policy_.four_eyes = in_.optional_bool(review, "four_eyes").value_or(false);
  policy_.oversight_every = fields_.period(review, "oversight_every", "P30D");

  const yaml::Node& match = fields_.section(root, "match", false);
  in_.only(match, {"known_within", "max_hit_share", "window"});
  if (const yaml::Node* known = match.find("known_within");
      known != nullptr && known->scalar != "none") {
    policy_.known_within = fields_.whole(match, "known_within", 0, kMaxDistance);
  }
  policy_.max_hit_share = fields_.share(match, "max_hit_share");
  policy_.hit_share_window = fields_.whole(match, "window", 1, kMaxWindow);

  const yaml::Node& purge = fields_.section(root, "purge", false);
  in_.only(purge, {"every", "max_share", "overdue"});
  policy_.purge_every = fields_.period(purge, "every", "PT1H");
  policy_.purge_max_share = fields_.share(purge, "max_share");
  const std::string overdue = in_.string_or(purge, "overdue", "purge");
  policy_.overdue_escalate = overdue == "escalate";
  if (overdue != "purge" && overdue != "escalate")
    in_.fail(*purge.find("overdue"),
             fmt::format("overdue: '{}' is not one of purge, escalate", overdue));

  const yaml::Node& redress = fields_.section(root, "redress", false);
  in_.only(redress, {"contact", "answer_within", "rectify_within"});
  policy_.redress_contact = in_.string_or(redress, "contact", "");
  policy_.redress_answer_within = fields_.period(redress, "answer_within", "P14D");
  policy_.redress_rectify_within = fields_.period(redress, "rectify_within", "P1D");

  const yaml::Node& grounds = fields_.section(root, "grounds", false);
  in_.only(grounds, {"gdpr", "transfers"});
  policy_.gdpr_grounds = in_.strings(grounds, "gdpr");
  policy_.transfer_grounds = in_.strings(grounds, "transfers");

  for (const auto& [row, text] : fields_.section(root, "report", false).members) {
    policy_.report_texts[row.scalar] = in_.as_string(text, row.scalar);
  }
}

void PolicyReader::read_keys(const yaml::Node& root) {
  const yaml::Node& keys = fields_.section(root, "keys", true);
  in_.only(keys, {"seal", "ledger", "stream", "protected_accounts", "index", "packages",
                  "packages_certificate"});
  if (root.find("keys") == nullptr) return;
  for (const yaml::Node& each : fields_.list(keys, "seal", true)) {
    policy_.seal_certificates.push_back(fields_.path_of(each, "seal", Fields::Expect::certificate));
  }
  policy_.ledger_key = fields_.key_uri(keys, "ledger", true);
  policy_.stream_key = fields_.key_uri(keys, "stream", true);
  policy_.protected_accounts_key =
      fields_.key_uri(keys, "protected_accounts", !policy_.protected_accounts.empty());
  // Only the list builder signs an index; all others verify it with this public key.
  policy_.index_key =
      fields_.path(keys, "index", Fields::Expect::public_key, !policy_.rehearsal).string();
  policy_.packages_key = fields_.key_uri(keys, "packages", false);
  policy_.packages_certificate = fields_.path(
      keys, "packages_certificate", Fields::Expect::certificate, !policy_.packages_key.empty());
}

void PolicyReader::read_paths(const yaml::Node& root) {
  const yaml::Node& paths = fields_.section(root, "paths", true);
  in_.only(paths, {"spool", "vault", "ledger", "index"});
  if (root.find("paths") == nullptr) return;
  policy_.spool = fields_.path(paths, "spool", Fields::Expect::directory, true);
  policy_.vault = fields_.path(paths, "vault", Fields::Expect::directory, true);
  policy_.ledger = fields_.path(paths, "ledger", Fields::Expect::directory, true);
  policy_.index = fields_.path(paths, "index", Fields::Expect::nothing,
                               true);  // it does not exist before the first build
}

void PolicyReader::check_references(const yaml::Node& root) {
  const yaml::Node* at = root.find("attestations");
  for (const Attestation& each : policy_.attestations) {
    if (at != nullptr && policy_.person(each.person) == nullptr) {
      in_.fail(*at,
               fmt::format("attestations: {}: person {} is not in people", each.rule, each.person));
    }
  }
  for (const Organisation& each : policy_.organisations) {
    const yaml::Node* registry = root.find(each.authority ? "authorities" : "organisations");
    if (registry != nullptr && !law::is_in_eea(each.country) && each.transfer_ground.empty()) {
      in_.fail(*registry, fmt::format("{} in {} lies outside the EEA and has no transfer_ground",
                                      each.id, each.country));
    }
  }
}

void PolicyReader::check_law(const yaml::Node& root) {
  policy_.also = in_.strings(root, "also");
  policy_.instrument = fields_.text(root, "instrument");
  if (policy_.instrument.empty()) return;
  const auto& ids = law::built_in_ids();
  const auto resolve = [&](std::string& id) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) id = fields_.resolve(id).string();
  };
  resolve(policy_.instrument);
  std::for_each(policy_.also.begin(), policy_.also.end(), resolve);
  const yaml::Node* at = root.find("instrument");
  std::optional<law::Instrument> base;
  // Caught here: an instrument that cannot be read is a finding about the policy.
  try {
    base = law::load(policy_.instrument);
    at = root.find("also");
    for (const std::string& each : policy_.also) law::load(each);
  } catch (const base::Error& why) {
    in_.fail(*at, why.what());
  }
  if (!base) return;
  if (base->status == law::Status::never_adopted && !policy_.rehearsal) {
    in_.fail(
        *root.find("instrument"),
        fmt::format("instrument: {} never became law; only mode rehearsal may use it, or 'also'",
                    base->id));
  }
  if (!policy_.attestations.empty()) {
    for (const Attestation& each : policy_.attestations) {
      const bool known = std::any_of(base->rules.begin(), base->rules.end(),
                                     [&](const law::Rule& r) { return r.id == each.rule; });
      if (!known)
        in_.fail(*root.find("attestations"),
                 fmt::format("attestations: rule {} is not known", each.rule));
    }
  }
  // The ceilings of `also` are applied to each case; only a period longer than the law's own
  // ceiling is an error.
  const yaml::Node& retention = fields_.section(root, "retention", false);
  const auto check = [&](std::string_view key, base::Period period,
                         const std::optional<base::Period>& ceiling, std::string_view rule) {
    const yaml::Node* node = retention.find(key);
    if (node == nullptr || !ceiling || period == base::Period{} || !may_outlast(period, *ceiling))
      return;
    in_.fail(*node, fmt::format("{}: {} is longer than {} ({}, {})", key, base::to_string(period),
                                base::to_string(*ceiling), rule, base->rule(rule).citation));
  };
  check("confirmed", policy_.retention_confirmed, base->retention_max, "ST-02");
  check("suspected", policy_.retention_suspected, base->retention_max, "ST-02");
  if (!base->unconfirmed_storage)
    check("suspected", policy_.retention_suspected, base->pending_review_max, "ST-02");
}

}  // namespace proviso::policy
