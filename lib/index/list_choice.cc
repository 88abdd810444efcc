#include "index/list_choice.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "policy/list.h"

namespace proviso::index {

namespace {

base::Error wrong_columns(std::string what) {
  return base::Error(base::ExitCode::usage, std::move(what), "--columns");
}

// Our name to the header's.
std::map<policy::ListColumn, std::string> read_columns(const std::vector<std::string>& words) {
  std::map<policy::ListColumn, std::string> columns;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == word.size())
      throw wrong_columns("NAME=HEADER was expected");
    const std::string name = word.substr(0, equals);
    const auto column = policy::parse_list_column(name);
    if (!column) {
      throw wrong_columns(
          fmt::format("'{}' is not one of {}", name, base::words_of(policy::kListColumns)));
    }
    columns[*column] = word.substr(equals + 1);
  }
  return columns;
}

}  // namespace

std::vector<policy::List> choose_lists(const policy::Policy& policy,
                                       const std::vector<std::string>& names,
                                       const std::vector<std::string>& columns) {
  for (const std::string& name : names) list_named(policy, name);
  if (!columns.empty() && names.size() != 1)
    throw wrong_columns("columns are of one list: name it with --list");
  std::vector<policy::List> lists;
  for (const policy::List& list : policy.lists) {
    if (!names.empty() && std::find(names.begin(), names.end(), list.name) == names.end()) continue;
    lists.push_back(list);
    if (!columns.empty()) lists.back().columns = read_columns(columns);
  }
  return lists;
}

const policy::List& list_named(const policy::Policy& policy, const std::string& name) {
  const policy::List* const list = policy.list(name);
  if (list == nullptr) {
    throw base::Error(base::ExitCode::usage,
                      fmt::format("the list '{}' is not in the policy", name), "--list");
  }
  return *list;
}

void require_lists(const Index& index, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto& sections = index.sections();
    if (std::any_of(sections.begin(), sections.end(),
                    [&](const Section& section) { return section.list == name; }))
      continue;
    throw base::Error(base::ExitCode::usage, fmt::format("the list '{}' is not in the index", name),
                      "--list");
  }
}

}  // namespace proviso::index
