#include "policy/fields.h"

#include <fmt/core.h>

#include <algorithm>

#include "crypto/keys.h"

namespace proviso::policy {

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

std::string Fields::refusal(const yaml::Node& node, std::string_view key,
                            std::string_view choices) {
  return fmt::format("{}: '{}' is not one of {}", key, node.scalar, choices);
}

std::string Fields::text(const yaml::Node& map, std::string_view key) const {
  const yaml::Node* node = in.require(map, key);
  if (node == nullptr) return {};
  std::string value = in.as_string(*node, key);
  if (node->type == yaml::NodeType::scalar && value.empty())
    in.fail(*node, fmt::format("{} is empty", key));
  return value;
}

std::string Fields::name(const yaml::Node& map) const {
  std::string value = text(map, "name");
  if (!value.empty() && !is_name(value))
    in.fail(*map.find("name"), "name: letters, digits, '-', '_', '.', at most 64");
  return value;
}

std::optional<base::Date> Fields::date(const yaml::Node& map, std::string_view key) const {
  const auto value = in.optional_string(map, key);
  if (!value) return std::nullopt;
  const auto day = base::parse_date(*value);
  if (!day)
    in.fail(*map.find(key),
            fmt::format("{}: '{}' is not a day that exists, expected YYYY-MM-DD", key, *value));
  return day;
}

std::optional<base::Date> Fields::require_date(const yaml::Node& map, std::string_view key) const {
  return in.require(map, key) == nullptr ? std::nullopt : date(map, key);
}

base::Period Fields::period(const yaml::Node& map, std::string_view key,
                            std::string_view fallback) const {
  const auto value = in.optional_string(map, key);
  const yaml::Node* node = map.find(key);
  const auto parsed = base::parse_period(value ? std::string_view(*value) : fallback);
  if (!parsed) {
    if (value) {
      in.fail(
          *node,
          fmt::format("{}: '{}' is not an ISO 8601 duration, expected such as PT1H, P14D or P12M",
                      key, *value));
    } else if (node == nullptr || node->type == yaml::NodeType::null) {
      in.require(map, key);
    }
    return {};
  }
  if (*parsed == base::Period{})
    in.fail(node != nullptr ? *node : map, fmt::format("{} must be longer than nothing", key));
  return *parsed;
}

std::optional<double> Fields::share(const yaml::Node& map, std::string_view key) const {
  const auto value = in.optional_number(map, key);
  if (value && !(*value > 0.0 && *value <= 1.0)) {
    in.fail(*map.find(key), fmt::format("{} must be above 0 and at most 1", key));
    return std::nullopt;
  }
  return value;
}

std::optional<int> Fields::whole(const yaml::Node& map, std::string_view key, int least,
                                 int most) const {
  const auto value = in.optional_int(map, key);
  if (value && (*value < least || *value > most)) {
    in.fail(*map.find(key), fmt::format("{} must lie between {} and {}", key, least, most));
    return std::nullopt;
  }
  return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
}

fs::path Fields::resolve(std::string_view path) const {
  return path.empty() ? fs::path() : (directory_ / fs::path(path)).lexically_normal();
}

void Fields::look_for(const yaml::Node& at, std::string_view key, const fs::path& file,
                      Expect expect) const {
  if (!files_exist_ || expect == Expect::nothing) return;
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status)) {
    in.fail(at, fmt::format("{}: {}: {}", key, file.string(),
                            error ? error.message() : "no such file"));
  } else if (expect == Expect::directory && !fs::is_directory(status)) {
    in.fail(at, fmt::format("{}: {}: not a directory", key, file.string()));
  } else if (expect != Expect::directory && !fs::is_regular_file(status)) {
    in.fail(at, fmt::format("{}: {}: not a regular file", key, file.string()));
  } else if (expect == Expect::certificate || expect == Expect::public_key) {
    // Caught only here: a file that cannot be read is one more finding about the policy.
    try {
      if (expect == Expect::certificate)
        crypto::Certificate::open(file);
      else
        crypto::PublicKey::open(file);
    } catch (const base::Error& why) {
      in.fail(at, fmt::format("{}: {}", key, why.what()));
    }
  }
}

fs::path Fields::path_of(const yaml::Node& scalar, std::string_view key, Expect expect) const {
  fs::path file = resolve(in.as_string(scalar, key));
  if (!file.empty()) look_for(scalar, key, file, expect);
  return file;
}

fs::path Fields::path(const yaml::Node& map, std::string_view key, Expect expect,
                      bool required) const {
  if (required && in.require(map, key) == nullptr) return {};
  const yaml::Node* node = map.find(key);
  return node == nullptr || node->type == yaml::NodeType::null ? fs::path()
                                                               : path_of(*node, key, expect);
}

std::string Fields::key_uri(const yaml::Node& map, std::string_view key, bool required) const {
  if (required && in.require(map, key) == nullptr) return {};
  const auto value = in.optional_string(map, key);
  if (!value || value->empty()) return {};
  if (value->rfind("pkcs11:", 0) == 0) return *value;
  const std::string_view file =
      value->rfind("file:", 0) == 0 ? std::string_view(*value).substr(5) : *value;
  const fs::path resolved = resolve(file);
  look_for(*map.find(key), key, resolved, Expect::file);
  return resolved.string();
}

const yaml::Node& Fields::section(const yaml::Node& map, std::string_view key,
                                  bool required) const {
  static const yaml::Node kEmpty = [] {
    yaml::Node empty;
    empty.type = yaml::NodeType::map;
    return empty;
  }();
  const yaml::Node* node = required ? in.require(map, key) : map.find(key);
  if (node == nullptr || node->type == yaml::NodeType::null) return kEmpty;
  if (node->type == yaml::NodeType::map) return *node;
  in.fail(*node, fmt::format("{}: a map was expected", key));
  return kEmpty;
}

const std::vector<yaml::Node>& Fields::list(const yaml::Node& map, std::string_view key,
                                            bool required) const {
  static const std::vector<yaml::Node> kNone;
  const yaml::Node* node = required ? in.require(map, key) : map.find(key);
  if (node == nullptr || node->type == yaml::NodeType::null) return kNone;
  if (node->type == yaml::NodeType::sequence) {
    if (required && node->items.empty()) in.fail(*node, fmt::format("{} is empty", key));
    return node->items;
  }
  in.fail(*node, fmt::format("{}: a list was expected", key));
  return kNone;
}

}  // namespace proviso::policy
