// Services of the provider.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/words.h"

namespace proviso::policy {

namespace fs = std::filesystem;

// End-to-end encryption of a service.
enum class E2ee { never, is, was, planned };

constexpr std::array<base::Word<E2ee>, 4> kE2ee{
    {{E2ee::never, "never"}, {E2ee::is, "is"}, {E2ee::was, "was"}, {E2ee::planned, "planned"}}};

std::string_view to_string(E2ee);

struct UserNotice {
  std::optional<base::Date> published;
  std::string url;
  fs::path file;
};

struct Service {
  std::string name;
  std::string kind;                  // number-independent | number-based | other
  std::vector<std::string> regions;  // ISO 3166-1 alpha-2 codes, or EU
  E2ee e2ee = E2ee::never;
  UserNotice notice;
};

}  // namespace proviso::policy
