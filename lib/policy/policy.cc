#include "policy/policy.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "policy/policy_reader.h"

namespace proviso::policy {
namespace {

template <class T, class Name>
const T* by_name(const std::vector<T>& all, std::string_view wanted, Name name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const T& each) { return each.*name == wanted; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

const Service* Policy::service(std::string_view name) const {
  return by_name(services, name, &Service::name);
}
const Technology* Policy::technology(std::string_view name) const {
  return by_name(technologies, name, &Technology::name);
}
const List* Policy::list(std::string_view name) const { return by_name(lists, name, &List::name); }
const Person* Policy::person(std::string_view id) const { return by_name(people, id, &Person::id); }
const Organisation* Policy::organisation(std::string_view id) const {
  return by_name(organisations, id, &Organisation::id);
}

fs::path find(const std::optional<fs::path>& given) {
  const auto named = [](const fs::path& file, std::string_view by) {
    std::error_code error;
    if (!fs::is_regular_file(file, error)) {
      throw base::Error(base::ExitCode::config, fmt::format("no such policy file, named by {}", by),
                        file.string());
    }
    return file;
  };
  if (given) return named(*given, "--policy");
  if (const char* file = std::getenv("PROVISO_POLICY"); file != nullptr && *file != '\0')
    return named(file, "PROVISO_POLICY");
  std::vector<fs::path> places;
  if (const char* home = std::getenv("XDG_CONFIG_HOME"); home != nullptr && *home != '\0') {
    places.push_back(fs::path(home) / "proviso/policy.yaml");
  }
  places.emplace_back("/etc/proviso/policy.yaml");
  for (const fs::path& file : places) {
    std::error_code error;
    if (fs::is_regular_file(file, error)) return file;
  }
  throw base::Error(base::ExitCode::config, "there is no policy", {},
                    "name one with --policy or PROVISO_POLICY; 'proviso init DIR' makes one");
}

Policy load(const fs::path& file, const LoadOptions& options) {
  std::error_code error;
  if (!fs::is_regular_file(file, error))
    throw base::Error(base::ExitCode::config, "no such policy file", file.string());
  std::string text = base::read_file(file);
  const yaml::Node root = yaml::parse(text, file.string());
  std::vector<base::Finding> findings;
  Policy policy = PolicyReader(file, options, findings).read(root);
  if (!findings.empty()) throw base::Error(base::ExitCode::config, std::move(findings));
  policy.text = std::move(text);
  return policy;
}

law::Resolved resolve_law(const Policy& policy) {
  std::vector<law::Instrument> also;
  for (const std::string& each : policy.also) also.push_back(law::load(each));
  return law::Resolved(law::load(policy.instrument), std::move(also), policy.rehearsal);
}

}  // namespace proviso::policy
