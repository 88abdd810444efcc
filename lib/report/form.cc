#include "report/form.h"

#include <fmt/format.h>

#include <charconv>
#include <set>
#include <utility>

#include "base/error.h"
#include "yaml/node.h"

namespace proviso::report {

// Made by embed_forms.cmake: pairs of name and text.
extern const std::pair<std::string_view, std::string_view> kForms[];
extern const unsigned kFormCount;

namespace {

constexpr std::pair<std::string_view, QueryKind> kQueryKinds[] = {
    {"services", QueryKind::services},
    {"any-content", QueryKind::any_content},
    {"processed", QueryKind::processed},
    {"processed-bytes", QueryKind::processed_bytes},
    {"other-volumes", QueryKind::other_volumes},
    {"reported", QueryKind::reported},
    {"reported-accounts", QueryKind::reported_accounts},
    {"flagged", QueryKind::flagged},
    {"errors", QueryKind::errors},
    {"reviewed", QueryKind::reviewed},
    {"error-rate", QueryKind::error_rate},
    {"review-findings", QueryKind::review_findings},
    {"list-checks", QueryKind::list_checks},
    {"organisations", QueryKind::organisations},
    {"policy", QueryKind::policy},
};

Query read_query(const yaml::Reader& reader, const yaml::Node& node) {
  reader.only(node, {"kind", "kinds", "union", "class", "field"});
  Query query;
  const std::string kind = reader.require_string(node, "kind");
  bool known = false;
  for (const auto& [name, value] : kQueryKinds) {
    if (name == kind) {
      query.kind = value;
      known = true;
    }
  }
  if (!known) reader.fail(node, fmt::format("no query kind '{}'", kind));
  query.kinds = reader.strings(node, "kinds");
  query.in_union = reader.optional_bool(node, "union");
  query.material_class = reader.string_or(node, "class", "");
  query.field = reader.string_or(node, "field", "");
  return query;
}

FormRow read_row(const yaml::Reader& reader, const yaml::Node& node) {
  reader.only(node, {"id", "label", "group", "optional", "query", "reason"});
  FormRow row;
  row.id = reader.require_string(node, "id");
  row.label = reader.require_string(node, "label");
  row.group = reader.string_or(node, "group", "");
  row.optional = reader.optional_bool(node, "optional").value_or(false);
  row.reason = reader.string_or(node, "reason", "");
  if (const yaml::Node* query = node.find("query")) row.query = read_query(reader, *query);
  return row;
}

}  // namespace

int FormRow::category() const {
  int number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number);
  return number;
}

Form parse_form(std::string_view text, std::string_view name) {
  const yaml::Node root = yaml::parse(text, name);
  std::vector<base::Finding> findings;
  const yaml::Reader reader{std::string(name), findings};
  reader.only(root, {"form", "title", "categories", "rows"});
  Form form;
  form.id = reader.require_string(root, "form");
  form.title = reader.require_string(root, "title");
  std::set<int> numbers;
  if (const yaml::Node* categories = reader.require(root, "categories")) {
    for (const yaml::Node& node : categories->items) {
      reader.only(node, {"number", "title"});
      const auto number = static_cast<int>(reader.optional_int(node, "number").value_or(0));
      form.categories.push_back({number, reader.require_string(node, "title")});
      numbers.insert(number);
    }
  }
  std::set<std::string> ids;
  if (const yaml::Node* rows = reader.require(root, "rows")) {
    for (const yaml::Node& node : rows->items) {
      FormRow row = read_row(reader, node);
      if (!ids.insert(row.id).second) reader.fail(node, fmt::format("row {} is repeated", row.id));
      if (numbers.count(row.category()) == 0)
        reader.fail(node, fmt::format("row {} has no category", row.id));
      form.rows.push_back(std::move(row));
    }
  }
  if (!findings.empty()) throw base::Error(base::ExitCode::config, std::move(findings));
  return form;
}

Form load_form(std::string_view id) {
  for (unsigned i = 0; i < kFormCount; ++i) {
    if (kForms[i].first == id) return parse_form(kForms[i].second, id);
  }
  throw base::Error(base::ExitCode::usage,
                    fmt::format("no form '{}', expected {}", id, kStandardForm));
}

}  // namespace proviso::report
