#include "policy/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "crypto/random.h"
#include "policy/policy_reader.h"

namespace proviso::policy {
namespace {

template <class T, class Name>
const T* by_name(const std::vector<T>& all, std::string_view wanted, Name name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const T& each) { return each.*name == wanted; });
  return found == all.end() ? nullptr : &*found;
}

int number_of(const json::Json& parameters, const char* key, int fallback) {
  const auto found = parameters.find(key);
  return found != parameters.end() && found->is_number_integer() ? found->get<int>() : fallback;
}

bool flag_of(const json::Json& parameters, const char* key) {
  const auto found = parameters.find(key);
  return found != parameters.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace

int Technology::distance() const { return number_of(parameters, "distance", 31); }
int Technology::quality_floor() const { return number_of(parameters, "quality_floor", 50); }
bool Technology::dihedral() const { return flag_of(parameters, "dihedral"); }
bool Technology::unletterbox() const { return flag_of(parameters, "unletterbox"); }

int Technology::query_share() const { return number_of(parameters, "query_share", 80); }
int Technology::entry_share() const { return number_of(parameters, "entry_share", 0); }
int Technology::minimum_factors() const { return number_of(parameters, "minimum", 2); }

bool Technology::takes_digest(std::string_view type) const {
  const auto named = parameters.find("digests");
  return named == parameters.end() || std::find(named->begin(), named->end(), type) != named->end();
}

std::map<std::string, double> Technology::factor_thresholds() const {
  const auto found = parameters.find("thresholds");
  return found == parameters.end() ? std::map<std::string, double>()
                                   : found->get<std::map<std::string, double>>();
}

std::vector<std::string> Technology::objective_factors() const {
  const auto found = parameters.find("objective");
  return found == parameters.end() ? std::vector<std::string>()
                                   : found->get<std::vector<std::string>>();
}

double Technology::score_threshold() const {
  const auto found = parameters.find("threshold");
  return found != parameters.end() && found->is_number() ? found->get<double>() : 1.0;
}

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

json::Json technology_description(const Policy& policy, const Technology& technology) {
  json::Json content = json::Json::array();
  for (const base::ContentKind kind : technology.content)
    content.push_back(std::string(base::to_string(kind)));
  json::Json lists = json::Json::array();
  for (const std::string& name : technology.lists) {
    const List* list = policy.list(name);
    if (list == nullptr) continue;
    lists.push_back({{"name", list->name}, {"source", list->source}, {"purpose", list->purpose}});
  }
  return {{"name", technology.name},
          {"version", technology.version},
          {"purpose", std::string(to_string(technology.purpose))},
          {"method", std::string(to_string(technology.method))},
          {"parameters", technology.parameters},
          {"content", std::move(content)},
          {"services", technology.services},
          {"lists", std::move(lists)}};
}

std::string drift_digest(const Policy& policy, const Technology& technology) {
  return crypto::sha256_hex(json::canonical(technology_description(policy, technology)));
}

}  // namespace proviso::policy
