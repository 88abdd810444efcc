// Reads a Document from the tree of any form. Errors in the document become findings, not
// exceptions.
#include <fmt/core.h>

#include "base/file.h"
#include "crypto/random.h"
#include "dpia/dpia.h"
#include "dpia/forms.h"
#include "dpia/questions.h"
#include "json/json.h"
#include "yaml/node.h"

namespace proviso::dpia {
namespace {

constexpr std::string_view kForm = "GDPR Art. 35(7)";

// Numbers, true and false keep their type, all else is text. The parser has bounded the depth.
json::Json value_of(const yaml::Node& node) {
  switch (node.type) {
    case yaml::NodeType::null:
      return nullptr;
    case yaml::NodeType::map: {
      json::Json out = json::Json::object();
      for (const auto& [key, value] : node.members) out[key.scalar] = value_of(value);
      return out;
    }
    case yaml::NodeType::sequence: {
      json::Json out = json::Json::array();
      for (const yaml::Node& item : node.items) out.push_back(value_of(item));
      return out;
    }
    case yaml::NodeType::scalar:
      break;
  }
  const json::Json plain =
      node.quoted ? json::Json() : json::Json::parse(node.scalar, nullptr, false);
  return plain.is_number() || plain.is_boolean() ? plain : json::Json(node.scalar);
}

class DocumentReader {
 public:
  explicit DocumentReader(Document& out) : out_(out) {}

  void read(const yaml::Node& root) {
    only(root, "",
         {"proviso-dpia", "example", "technology", "dates", "identification", "description",
          "compliance", "risks", "action_plan", "interested_parties", "derogation", "consultation",
          "decision"});
    if (root.type != yaml::NodeType::map) return;
    if (text(root, "proviso-dpia", "") != "1")
      fail(root, "proviso-dpia is not 1", "proviso-dpia: 1, the version of this form");
    out_.example = text(root, "example", "") == "true";
    read_technology(section(root, "technology"));
    read_dates(section(root, "dates"));
    read_consultation(section(root, "consultation"));
    read_values(root);
    for (const Question& each : questions()) read_answer(root, each.key);
    for (const Section& each : sections()) check_keys(root, each.name);
  }

 private:
  void fail(const yaml::Node& at, std::string what, std::string write) {
    Finding finding;
    finding.check = "form";
    finding.file = out_.file.string();
    finding.line = at.mark.line;
    finding.column = at.mark.column;
    finding.rule = "DP-01";
    finding.citation = kForm;
    finding.what = std::move(what);
    finding.write = std::move(write);
    out_.reading.push_back(std::move(finding));
  }

  void only(const yaml::Node& map, std::string_view prefix,
            const std::vector<std::string_view>& known) {
    if (map.type == yaml::NodeType::null) return;
    if (map.type != yaml::NodeType::map)
      return fail(map, fmt::format("{}: a map was expected", prefix), "keys of proviso-dpia(5)");
    for (const auto& [key, value] : map.members) {
      bool found = false;
      for (const std::string_view each : known) found = found || each == key.scalar;
      if (!found)
        fail(key, fmt::format("unknown key '{}{}'", prefix, key.scalar),
             "a key of proviso-dpia(5), or nothing");
    }
  }

  // The keys that a section may have: those of the questions, and of the values that are read
  // besides.
  void check_keys(const yaml::Node& root, std::string_view name) {
    std::vector<std::string_view> known;
    if (name == "action_plan") known = {"residual_risk"};
    if (name == "interested_parties") known = {"dpo_advice_date"};
    if (name == "decision") known = {"outcome", "conditions"};
    if (name == "derogation")
      known = {"error_rate_target", "known_within", "rectify_within", "retention"};
    const std::string prefix = std::string(name) + ".";
    for (const Question& each : questions()) {
      if (each.key.substr(0, prefix.size()) != prefix) continue;
      const std::string_view rest = each.key.substr(prefix.size());
      known.push_back(rest.substr(0, rest.find('.')));
    }
    const yaml::Node& map = section(root, name);
    only(map, prefix, known);
    if (name != "risks") return;
    for (const auto& [event, rows] : map.members) {
      only(rows, prefix + event.scalar + ".",
           {"nature", "sources", "impacts", "threats", "likelihood_and_severity", "measures"});
    }
  }

  const yaml::Node& section(const yaml::Node& map, std::string_view key) {
    static const yaml::Node kNone;
    const yaml::Node* node = map.find(key);
    return node == nullptr ? kNone : *node;
  }

  void place(const std::string& key, const yaml::Node& node) {
    out_.places[key] = {node.mark.line, node.mark.column};
  }

  std::string text(const yaml::Node& map, std::string_view key, std::string_view prefix) {
    const yaml::Node* node = map.find(key);
    if (node == nullptr) return {};
    place(std::string(prefix) + std::string(key), *node);
    if (node->type == yaml::NodeType::null) return {};
    if (node->type != yaml::NodeType::scalar) {
      fail(*node, fmt::format("{}{}: one text was expected", prefix, key), "a text");
      return {};
    }
    return node->scalar;
  }

  std::optional<base::Date> date(const yaml::Node& map, std::string_view key,
                                 std::string_view prefix) {
    const std::string value = text(map, key, prefix);
    // A date that is not filled in is missing: the check reports it.
    if (value.empty() || is_placeholder(value)) return std::nullopt;
    const auto day = base::parse_date(value);
    if (!day)
      fail(*map.find(key), fmt::format("{}{}: '{}' is not a day that exists", prefix, key, value),
           "a day as YYYY-MM-DD");
    return day;
  }

  std::optional<base::Period> period(const yaml::Node& map, std::string_view key,
                                     std::string_view prefix) {
    const std::string value = text(map, key, prefix);
    if (value.empty() || is_placeholder(value)) return std::nullopt;
    const auto parsed = base::parse_period(value);
    if (!parsed)
      fail(*map.find(key), fmt::format("{}{}: '{}' is not a duration", prefix, key, value),
           "an ISO 8601 duration such as P12M");
    return parsed;
  }

  void read_technology(const yaml::Node& map) {
    only(map, "technology.", {"name", "version", "drift_digest", "parameters"});
    out_.technology = text(map, "name", "technology.");
    out_.version = text(map, "version", "technology.");
    out_.drift_digest = text(map, "drift_digest", "technology.");
    const yaml::Node* const parameters = map.find("parameters");
    if (parameters == nullptr) return;
    place("technology.parameters", *parameters);
    if (parameters->type != yaml::NodeType::map)
      return fail(*parameters, "technology.parameters: a map was expected",
                  "the parameters of the technology, as in the policy");
    for (const auto& [key, value] : parameters->members)
      place("technology.parameters." + key.scalar, value);
    out_.parameters =
        value_of(*parameters).dump(-1, ' ', false, json::Json::error_handler_t::replace);
  }

  void read_dates(const yaml::Node& map) {
    only(map, "dates.", {"completed", "approved", "review_by"});
    out_.completed = date(map, "completed", "dates.");
    out_.approved = date(map, "approved", "dates.");
    out_.review_by = date(map, "review_by", "dates.");
  }

  void read_consultation(const yaml::Node& map) {
    only(map, "consultation.",
         {"authority", "reference", "sent", "received", "extended", "extended_notice",
          "suspensions", "advice", "advice_answered", "report_back"});
    Consultation& c = out_.consultation;
    c.authority = text(map, "authority", "consultation.");
    c.reference = text(map, "reference", "consultation.");
    c.sent = date(map, "sent", "consultation.");
    c.received = date(map, "received", "consultation.");
    c.advice = date(map, "advice", "consultation.");
    c.advice_answered = date(map, "advice_answered", "consultation.");
    c.report_back = date(map, "report_back", "consultation.");
    c.extended_notice = date(map, "extended_notice", "consultation.");
    const std::string extended = text(map, "extended", "consultation.");
    c.extended = extended == "true";
    if (!extended.empty() && extended != "true" && extended != "false") {
      c.extended = true;  // in doubt the longer period
      fail(*map.find("extended"), "consultation.extended: true or false was expected",
           "true if the authority extended its period by six weeks");
    }
    const yaml::Node& suspensions = section(map, "suspensions");
    if (suspensions.type == yaml::NodeType::scalar || suspensions.type == yaml::NodeType::map) {
      fail(suspensions, "consultation.suspensions: a list was expected", "a list of {from, to}");
      c.suspensions.push_back({base::Date{}, std::nullopt});  // in doubt suspended
    }
    for (const yaml::Node& each : suspensions.items) {
      only(each, "consultation.suspensions.", {"from", "to"});
      const auto from = date(each, "from", "consultation.suspensions.");
      const auto to = date(each, "to", "consultation.suspensions.");
      if (!from) fail(each, "a suspension has no first day", "from: YYYY-MM-DD");
      if (from && to && *to < *from)
        fail(each, "a suspension ends before it begins",
             "to: the day on which the authority had what it asked for");
      c.suspensions.push_back({from.value_or(base::Date{}), to});
    }
  }

  void read_values(const yaml::Node& root) {
    const yaml::Node& derogation = section(root, "derogation");
    const std::string target = text(derogation, "error_rate_target", "derogation.");
    if (!target.empty() && !is_placeholder(target)) {
      std::vector<base::Finding> wrong;
      const auto value = yaml::Reader("", wrong).optional_number(derogation, "error_rate_target");
      if (value && *value >= 0.0 && *value <= 1.0)
        out_.error_rate_target = value;
      else
        fail(*derogation.find("error_rate_target"), "derogation.error_rate_target is not a share",
             "a number from 0 to 1, such as 0.01");
    }
    const std::string known = text(derogation, "known_within", "derogation.");
    if (!known.empty() && known != "none" && !is_placeholder(known)) {
      std::vector<base::Finding> wrong;
      const auto value = yaml::Reader("", wrong).optional_int(derogation, "known_within");
      if (value && *value >= 0 && *value <= 255)
        out_.known_within = static_cast<int>(*value);
      else
        fail(*derogation.find("known_within"), "derogation.known_within is not a distance",
             "none, or a number of bits");
    }
    out_.rectify_within = period(derogation, "rectify_within", "derogation.");
    const yaml::Node& retention = section(derogation, "retention");
    only(retention, "derogation.retention.", {"suspected", "confirmed"});
    out_.retention_suspected = period(retention, "suspected", "derogation.retention.");
    out_.retention_confirmed = period(retention, "confirmed", "derogation.retention.");
    const yaml::Node& decision = section(root, "decision");
    out_.decision = text(decision, "outcome", "decision.");
    out_.sections.emplace_back("decision.conditions", text(decision, "conditions", "decision."));
    out_.sections.emplace_back("action_plan.residual_risk",
                               text(section(root, "action_plan"), "residual_risk", "action_plan."));
    out_.dpo_advice =
        date(section(root, "interested_parties"), "dpo_advice_date", "interested_parties.");
  }

  void read_answer(const yaml::Node& root, std::string_view key) {
    const yaml::Node* node = &root;
    std::string_view rest = key;
    while (node != nullptr) {
      const std::size_t dot = rest.find('.');
      if (dot == std::string_view::npos) break;
      node = node->find(rest.substr(0, dot));
      rest = rest.substr(dot + 1);
    }
    if (node == nullptr || node->find(rest) == nullptr) return;
    const std::string prefix(key.substr(0, key.size() - rest.size()));
    out_.sections.emplace_back(std::string(key), text(*node, rest, prefix));
  }

  Document& out_;
};

}  // namespace

const std::string* Document::section(std::string_view key) const {
  for (const auto& [name, text] : sections) {
    if (name == key) return &text;
  }
  return nullptr;
}

Document read(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    throw base::Error(base::ExitCode::config, "there is no such DPIA", file.string(),
                      "'proviso dpia-check --init TECHNOLOGY' writes one to fill in");
  }
  Document out;
  out.file = file;
  out.bytes = base::read_file(file);
  out.sha256 = crypto::sha256_hex(out.bytes);
  const std::string ending = file.extension().string();
  if (ending == ".json")
    DocumentReader(out).read(cnil_tree(out.bytes, file, out.reading));
  else if (ending == ".md" || ending == ".markdown")
    DocumentReader(out).read(markdown_tree(out.bytes, file, out.reading));
  else
    DocumentReader(out).read(yaml::parse(out.bytes, file.string()));
  return out;
}

}  // namespace proviso::dpia
