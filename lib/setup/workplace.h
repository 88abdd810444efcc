// A new workplace, as `proviso init` makes it: policy, keys, empty vault, ledger, DPIA templates,
// registers, notice.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace proviso::setup {

struct WorkplaceSettings {
  std::filesystem::path directory;
  bool rehearsal = false;
  std::string provider = "Example Messenger";
  std::string instrument = "reg-2026-1881";
  std::vector<std::string> also;
};

// Makes it. Throws Error(cannot_create) if the directory is not empty, before anything is made. A
// rehearsal has an example organisation, so that a case can be reported without a real recipient.
void make_workplace(const WorkplaceSettings&);

// What people must do before the gate can open, one line each.
std::vector<std::string> still_to_do(const WorkplaceSettings&);

}  // namespace proviso::setup
