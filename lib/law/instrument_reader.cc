// Reads an Instrument from YAML. Refuses unknown keys, and rules that are missing or out of order.
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "law/instrument.h"
#include "law/rule_ids.h"
#include "law/storage_purpose.h"
#include "law/words.h"
#include "yaml/node.h"

namespace proviso::law {
namespace {

constexpr std::array<std::string_view, 3> kAttestingRoles = {"reviewer", "dpo", "oversight"};
constexpr std::array<base::ContentKind, 7> kKinds = {
    base::ContentKind::image, base::ContentKind::video,   base::ContentKind::text,
    base::ContentKind::audio, base::ContentKind::archive, base::ContentKind::mail,
    base::ContentKind::file};

template <class Range>
bool holds(const Range& range, std::string_view word) {
  return std::find(range.begin(), range.end(), word) != range.end();
}

std::string sha256_of(std::string_view text) {
  base::Sha256 digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                 EVP_sha256(), nullptr) != 1) {
    throw base::Error(base::ExitCode::software, "SHA-256 is not available");
  }
  return base::to_hex(digest);
}

class InstrumentReader {
 public:
  InstrumentReader(std::string_view name, std::vector<base::Finding>& findings)
      : in_(std::string(name), findings) {}

  Instrument read(const yaml::Node& root) {
    in_.only(root, {"proviso-instrument",
                    "id",
                    "title",
                    "status",
                    "windows",
                    "content",
                    "solicitation",
                    "e2ee",
                    "professional_secrecy",
                    "number_independent_only",
                    "dpia",
                    "consultation",
                    "in_use_before",
                    "new_technology_from",
                    "review_before_report",
                    "retention_max",
                    "pending_review_max",
                    "unconfirmed_storage",
                    "storage_purposes",
                    "public_register",
                    "user_information",
                    "redress",
                    "gdpr_ground",
                    "oversight",
                    "rules"});
    const auto version = in_.optional_int(root, "proviso-instrument");
    if (version != 1)
      in_.fail(root, "proviso-instrument is not 1, the only version of this format");
    Instrument out;
    out.id = in_.require_string(root, "id");
    out.title = in_.require_string(root, "title");
    out.status = word(root, "status", parse_status, "in_force or never_adopted")
                     .value_or(Status::never_adopted);
    out.windows = windows(root);
    out.content = content(root);
    out.solicitation = yes_no(root, "solicitation");
    out.e2ee =
        word(root, "e2ee", parse_binding, "none, recital or article").value_or(Binding::article);
    out.professional_secrecy =
        word(root, "professional_secrecy", parse_binding, "none, recital or article")
            .value_or(Binding::article);
    out.number_independent_only = yes_no(root, "number_independent_only");
    out.dpia = yes_no(root, "dpia");
    out.consultation = yes_no(root, "consultation");
    out.in_use_before = date(root, "in_use_before");
    out.new_technology_from = date(root, "new_technology_from");
    out.review_before_report =
        word(root, "review_before_report", parse_review_scope, "none, new_and_solicitation or all")
            .value_or(ReviewScope::all);
    out.retention_max = period(root, "retention_max");
    out.unconfirmed_storage = yes_no(root, "unconfirmed_storage");
    out.pending_review_max = period(root, "pending_review_max");
    if (!out.unconfirmed_storage && !out.pending_review_max) {
      in_.fail(root,
               "pending_review_max is missing: a text without storage of the unconfirmed needs it");
    }
    out.storage_purposes = purposes(root);
    out.public_register = yes_no(root, "public_register");
    out.user_information = yes_no(root, "user_information");
    out.redress = yes_no(root, "redress");
    out.gdpr_ground = yes_no(root, "gdpr_ground");
    out.oversight = yes_no(root, "oversight");
    out.rules = rules(root);
    return out;
  }

 private:
  template <class Parse>
  auto word(const yaml::Node& map, std::string_view key, Parse parse_word,
            std::string_view choices) const -> decltype(parse_word(std::string_view())) {
    const yaml::Node* node = in_.require(map, key);
    if (node == nullptr) return std::nullopt;
    const auto value =
        node->type == yaml::NodeType::scalar ? parse_word(node->scalar) : std::nullopt;
    if (!value) in_.fail(*node, fmt::format("{} is not one of {}", key, choices));
    return value;
  }

  bool yes_no(const yaml::Node& map, std::string_view key) const {
    if (in_.require(map, key) == nullptr) return true;
    return in_.optional_bool(map, key).value_or(true);
  }

  std::optional<base::Date> date(const yaml::Node& map, std::string_view key) const {
    const auto text = in_.optional_string(map, key);
    if (!text) return std::nullopt;
    const auto value = base::parse_date(*text);
    if (!value) in_.fail(*map.find(key), fmt::format("{} is not a day (YYYY-MM-DD)", key));
    return value;
  }

  std::optional<base::Period> period(const yaml::Node& map, std::string_view key) const {
    const auto text = in_.optional_string(map, key);
    if (!text) return std::nullopt;
    const auto value = base::parse_period(*text);
    if (!value)
      in_.fail(*map.find(key), fmt::format("{} is not an ISO 8601 duration such as P12M", key));
    return value;
  }

  std::vector<Window> windows(const yaml::Node& root) const {
    std::vector<Window> out;
    const yaml::Node* list = in_.require(root, "windows");
    if (list == nullptr) return out;
    for (const yaml::Node& each : list->items) {
      in_.only(each, {"from", "to"});
      in_.require(each, "from");
      in_.require(each, "to");
      const auto from = date(each, "from");
      const auto to = date(each, "to");
      if (!from || !to) continue;
      if (*to < *from) in_.fail(each, "the window ends before it begins");
      if (!out.empty() && *from <= out.back().to)
        in_.fail(each, "the windows overlap or are out of order");
      out.push_back({*from, *to});
    }
    if (list->items.empty())
      in_.fail(*list, "windows is empty: at least one {from, to} is expected");
    return out;
  }

  std::map<base::ContentKind, ContentRule> content(const yaml::Node& root) const {
    std::map<base::ContentKind, ContentRule> out;
    for (const base::ContentKind kind : kKinds) out[kind] = ContentRule::forbidden;
    const yaml::Node* map = in_.require(root, "content");
    if (map == nullptr) return out;
    in_.only(*map, {"image", "video", "text", "audio", "archive", "mail", "file"});
    for (const base::ContentKind kind : kKinds) {
      out[kind] = word(*map, base::to_string(kind), parse_content_rule,
                       "allowed, forbidden or derived_indicators_only")
                      .value_or(ContentRule::forbidden);
    }
    return out;
  }

  std::vector<std::string> purposes(const yaml::Node& root) const {
    auto out = in_.strings(root, "storage_purposes");
    for (const std::string& each : out) {
      if (!base::value_of(kStoragePurposes, each)) {
        in_.fail(*root.find("storage_purposes"),
                 fmt::format("'{}' is not one of {}", each, base::words_of(kStoragePurposes)));
      }
    }
    return out;
  }

  Rule rule(const yaml::Node& node) const {
    in_.only(node, {"id", "sentence", "citation", "parameter", "severity", "verified", "applies",
                    "checked_by", "attested_by"});
    Rule out;
    out.id = in_.require_string(node, "id");
    out.sentence = in_.require_string(node, "sentence");
    out.citation = in_.require_string(node, "citation");
    out.parameter = in_.string_or(node, "parameter", "");
    out.severity = word(node, "severity", parse_severity, "error, warning or information")
                       .value_or(Severity::error);
    out.verified = in_.require(node, "verified") != nullptr &&
                   in_.optional_bool(node, "verified").value_or(false);
    out.applies = yes_no(node, "applies");
    out.checked_by = in_.string_or(node, "checked_by", "");
    out.attested_by = in_.string_or(node, "attested_by", "");
    if (!out.attested_by.empty() && !holds(kAttestingRoles, out.attested_by)) {
      in_.fail(node, fmt::format("attested_by is not one of {}", fmt::join(kAttestingRoles, ", ")));
    }
    return out;
  }

  std::vector<Rule> rules(const yaml::Node& root) const {
    std::vector<Rule> out;
    const yaml::Node* list = in_.require(root, "rules");
    if (list == nullptr) return out;
    for (const yaml::Node& each : list->items) {
      out.push_back(rule(each));
      const std::size_t place = out.size() - 1;
      if (place >= kRuleIds.size()) {
        in_.fail(each, fmt::format("rule {} is one too many: an instrument has {}", out.back().id,
                                   kRuleIds.size()));
        return out;
      }
      if (out.back().id != kRuleIds[place]) {
        in_.fail(each, fmt::format("rule {} stands where {} is expected", out.back().id,
                                   kRuleIds[place]));
        return out;
      }
    }
    if (out.size() < kRuleIds.size()) {
      in_.fail(*list, fmt::format("rules end before {}: all {} are expected", kRuleIds[out.size()],
                                  kRuleIds.size()));
    }
    return out;
  }

  yaml::Reader in_;
};

}  // namespace

Instrument parse(std::string_view text, std::string_view name) {
  const yaml::Node root = yaml::parse(text, name);
  std::vector<base::Finding> findings;
  Instrument out = InstrumentReader(name, findings).read(root);
  if (!findings.empty()) throw base::Error(base::ExitCode::config, std::move(findings));
  out.text = text;
  out.digest = sha256_of(text);
  return out;
}

}  // namespace proviso::law
