#include "index/withdrawal.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"

namespace proviso::index {
namespace {

constexpr std::uint64_t kMaxWithdrawnBytes = 1u << 30;

bool add_line(const policy::List& list, const std::string& line) {
  if (list.withdrawn.empty()) {
    throw base::Error(base::ExitCode::config, fmt::format("the list {} names no file of withdrawn entries", list.name), {},
                      "add 'withdrawn: FILE' to the list in the policy");
  }
  std::error_code error;
  std::string text = std::filesystem::exists(list.withdrawn, error) ? base::read_file(list.withdrawn, kMaxWithdrawnBytes) : std::string();
  if (!text.empty() && text.back() != '\n') text += '\n';
  const std::string whole = line + '\n';
  for (std::size_t at = text.find(whole); at != std::string::npos; at = text.find(whole, at + 1)) {
    if (at == 0 || text[at - 1] == '\n') return false;
  }
  base::write_file_atomically(list.withdrawn, text + whole);
  return true;
}

}  // namespace

bool withdraw(const policy::List& list, HashType type, const std::string& hex) {
  const auto bytes = base::from_hex(hex);
  if (type == HashType::vpdq || !bytes || bytes->size() != bytes_of(type)) {
    throw base::Error(base::ExitCode::usage,
                      type == HashType::vpdq ? std::string("a video is withdrawn by its id") : fmt::format("{} hex digits were expected", 2 * bytes_of(type)), "HASH");
  }
  return add_line(list, fmt::format("{} {}", to_string(type), base::to_hex(*bytes)));
}

bool withdraw(const policy::List& list, const std::string& id) {
  if (id.empty() || id.size() > kMaxIdBytes || std::any_of(id.begin(), id.end(), [](unsigned char c) { return c < 0x20; })) {
    throw base::Error(base::ExitCode::usage, fmt::format("an id of 1 to {} bytes without control characters was expected", kMaxIdBytes), "--id");
  }
  return add_line(list, "id " + id);
}

}  // namespace proviso::index
