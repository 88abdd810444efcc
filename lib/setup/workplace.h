// A new workplace: policy, keys, empty vault, ledger, DPIA templates, registers, notice. What
// `proviso init` makes.
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

// Makes it, whole or not at all as far as the directory's emptiness goes. Error(cannot_create) when
// the directory is not empty. Rehearsal adds an example organisation, so that a case can be
// reported without a real recipient.
void make_workplace(const WorkplaceSettings&);

// What people must still do before the gate can open, one line each.
std::vector<std::string> still_to_do(const WorkplaceSettings&);

}  // namespace proviso::setup
