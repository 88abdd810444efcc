#include "policy/policy_reader.h"

#include <fmt/core.h>

#include "base/file.h"
#include "base/mode.h"
#include "law/union.h"

namespace proviso::policy {
namespace {

constexpr std::size_t kMaxLabelBytes = 256;

std::optional<std::string> parse_service_kind(std::string_view text) {
  if (text == "number-independent" || text == "number-based" || text == "other")
    return std::string(text);
  return std::nullopt;
}

}  // namespace

PolicyReader::PolicyReader(const fs::path& file, const LoadOptions& options,
                           std::vector<base::Finding>& findings)
    : findings_(findings),
      options_(options),
      fields_(file.string(), fs::absolute(file).lexically_normal().parent_path(),
              !options.documents_only, findings),
      in_(fields_.in) {
  policy_.file = file;
  policy_.directory = fs::absolute(file).lexically_normal().parent_path();
}

Fields PolicyReader::fields_of(const fs::path& file) const {
  return Fields(file.string(), policy_.directory, !options_.documents_only, findings_);
}

Policy PolicyReader::read(const yaml::Node& root) {
  in_.only(root, {"proviso",
                  "mode",
                  "provider",
                  "instrument",
                  "also",
                  "services",
                  "technologies",
                  "lists",
                  "organisations",
                  "authorities",
                  "professional_secrecy",
                  "evidence_fields",
                  "retention",
                  "people",
                  "review",
                  "match",
                  "purge",
                  "redress",
                  "grounds",
                  "attestations",
                  "report",
                  "keys",
                  "paths"});
  if (root.type != yaml::NodeType::map) return std::move(policy_);
  const auto version = in_.optional_int(root, "proviso");
  if (const yaml::Node* node = in_.require(root, "proviso");
      node != nullptr && version && *version != 1) {
    in_.fail(*node, fmt::format("proviso: version {} is not known here, expected 1", *version));
  }
  const std::string word = fields_.text(root, "mode");
  const auto mode = base::value_of(base::kModes, word);
  policy_.rehearsal = mode == base::Mode::rehearsal;
  if (!word.empty() && !mode) {
    in_.fail(*root.find("mode"),
             fmt::format("mode: '{}' is not one of {}", word, base::words_of(base::kModes)));
  }
  if (mode == base::Mode::production && base::clock_is_set()) {
    in_.fail(*root.find("mode"),
             "the clock is set (--now or PROVISO_NOW), which only mode rehearsal allows");
  }
  read_provider(root);
  read_services(root);
  read_lists(root);
  read_technologies(root);
  read_people(root);
  read_registers(root);
  read_attestations_of(root);
  read_conduct(root);
  read_keys(root);
  read_paths(root);
  check_references(root);
  check_law(root);
  return std::move(policy_);
}

void PolicyReader::read_provider(const yaml::Node& root) {
  const yaml::Node& node = fields_.section(root, "provider", true);
  in_.only(node, {"name", "establishment", "contact", "supervisory_authority", "dpo"});
  if (root.find("provider") == nullptr) return;
  Provider& provider = policy_.provider;
  provider.name = fields_.text(node, "name");
  provider.establishment = fields_.text(node, "establishment");
  provider.contact = fields_.text(node, "contact");
  provider.supervisory_authority = fields_.text(node, "supervisory_authority");
  provider.dpo = in_.string_or(node, "dpo", "");
}

void PolicyReader::read_services(const yaml::Node& root) {
  for (const yaml::Node& each : fields_.list(root, "services", true)) {
    in_.only(each, {"name", "kind", "regions", "e2ee", "user_notice"});
    if (each.type != yaml::NodeType::map) continue;
    Service service;
    service.name = fields_.name(each);
    if (policy_.service(service.name) != nullptr)
      in_.fail(each, fmt::format("service {} stands twice", service.name));
    service.kind =
        fields_.word(each, "kind", parse_service_kind, "number-independent, number-based, other")
            .value_or("other");
    service.regions = in_.strings(each, "regions");
    if (const yaml::Node* regions = in_.require(each, "regions"); regions != nullptr) {
      if (service.regions.empty()) in_.fail(*regions, "regions is empty");
      for (const std::string& region : service.regions) {
        if (const auto flaw = law::region_flaw(region)) in_.fail(*regions, "region " + *flaw);
      }
    }
    // If absent, `planned`: in doubt a service is end-to-end encrypted, and so out of scope.
    service.e2ee = fields_.word(each, "e2ee", kE2ee).value_or(E2ee::planned);
    const yaml::Node& notice = fields_.section(each, "user_notice", false);
    in_.only(notice, {"published", "url", "file"});
    service.notice.published = fields_.date(notice, "published");
    service.notice.url = in_.string_or(notice, "url", "");
    service.notice.file = fields_.path(notice, "file", Fields::Expect::file, false);
    policy_.services.push_back(std::move(service));
  }
}

void PolicyReader::read_lists(const yaml::Node& root) {
  for (const yaml::Node& each : fields_.list(root, "lists", false)) {
    in_.only(each, {"name", "path", "source", "purpose", "verified_by", "licence", "date", "label",
                    "format", "type", "columns", "categories", "withdrawn", "max_age"});
    if (each.type != yaml::NodeType::map) continue;
    List list;
    list.name = fields_.name(each);
    if (policy_.list(list.name) != nullptr)
      in_.fail(each, fmt::format("list {} stands twice", list.name));
    list.path = fields_.path(each, "path", Fields::Expect::file, true);
    list.source = fields_.text(each, "source");
    list.purpose = fields_.text(each, "purpose");
    list.verified_by = in_.string_or(each, "verified_by", "");
    read_list_form(each, list);
    policy_.lists.push_back(std::move(list));
  }
}

// Reads how the list's file is to be read, and its edition.
void PolicyReader::read_list_form(const yaml::Node& node, List& list) {
  list.licence = in_.string_or(node, "licence", "");
  list.date = fields_.date(node, "date");
  if (list.date && base::date_of(base::now()) < *list.date)
    in_.fail(*node.find("date"), "date: a day to come; that of this edition was expected");
  list.label = in_.string_or(node, "label", "");
  if (list.label.size() > kMaxLabelBytes)
    in_.fail(*node.find("label"), fmt::format("label: over {} bytes", kMaxLabelBytes));
  list.format = fields_.optional_word(node, "format", kListFormats);
  list.type = fields_.optional_word(node, "type", kListTypes);
  const yaml::Node& columns = fields_.section(node, "columns", false);
  for (const yaml::Member& member : columns.members) {
    const auto column = parse_list_column(member.key.scalar);
    if (!column) {
      in_.fail(member.key, fmt::format("columns: '{}' is not one of {}", member.key.scalar,
                                       base::words_of(kListColumns)));
      continue;
    }
    const std::string name = in_.as_string(member.value, member.key.scalar);
    if (name.empty())
      in_.fail(member.value,
               fmt::format("columns: {}: the name of a column was expected", member.key.scalar));
    list.columns[*column] = name;
  }
  if (!columns.members.empty() && list.format && *list.format != ListFormat::csv) {
    in_.fail(columns, fmt::format("columns: format {} has none, expected {}",
                                  to_string(*list.format), to_string(ListFormat::csv)));
  }
  list.categories = in_.strings(node, "categories");
  if (const yaml::Node* categories = node.find("categories");
      list.format == ListFormat::vics && list.categories.empty()) {
    in_.fail(categories != nullptr ? *categories : node,
             "categories: format vics needs those that are taken, such as [\"1\", \"2\"]");
  }
  list.withdrawn = fields_.path(node, "withdrawn", Fields::Expect::file, false);
  if (const yaml::Node* max_age = node.find("max_age");
      max_age != nullptr && max_age->type != yaml::NodeType::null) {
    list.max_age = fields_.period(node, "max_age", "");
    if (!list.date) in_.fail(*max_age, "max_age: the age of a list without a date cannot be told");
  }
}

void PolicyReader::read_people(const yaml::Node& root) {
  for (const yaml::Node& each : fields_.list(root, "people", true)) {
    in_.only(each, {"id", "roles", "certificate", "training"});
    if (each.type != yaml::NodeType::map) continue;
    Person person;
    person.id = fields_.text(each, "id");
    if (policy_.person(person.id) != nullptr)
      in_.fail(each, fmt::format("person {} stands twice", person.id));
    for (const std::string& word : in_.strings(each, "roles")) {
      if (const auto role = parse_role(word))
        person.roles.insert(*role);
      else
        in_.fail(*each.find("roles"),
                 fmt::format("role '{}' is not one of {}", word, base::words_of(kRoles)));
    }
    if (const yaml::Node* roles = in_.require(each, "roles");
        roles != nullptr && roles->items.empty())
      in_.fail(*roles, "roles is empty");
    person.certificate = fields_.path(each, "certificate", Fields::Expect::certificate, true);
    person.training = in_.string_or(each, "training", "");
    person.number = static_cast<int>(policy_.people.size()) + 1;
    policy_.people.push_back(std::move(person));
  }
}

}  // namespace proviso::policy
