#include "index/withdrawal.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "index/lists/byte_stream.h"
#include "index/lists/hash_text.h"

namespace proviso::index {
namespace {

constexpr std::uint64_t kMaxWithdrawnBytes = 1u << 30;

// The line as the reader of the file understands it, whoever wrote it: "id n-1", "md5 HEX" in lower
// case.
std::string meant_by(std::string_view line) {
  line = lists::trim(line);
  const std::size_t blank = line.find_first_of(" \t");
  if (blank == std::string_view::npos) return std::string(line);
  const std::string_view word = line.substr(0, blank);
  const std::string_view value = lists::trim(line.substr(blank));
  return fmt::format("{} {}", word, word == "id" ? std::string(value) : lists::lower(value));
}

bool add_line(const policy::List& list, const std::string& line) {
  if (list.withdrawn.empty()) {
    throw base::Error(base::ExitCode::config,
                      fmt::format("the list {} names no file of withdrawn entries", list.name), {},
                      "add 'withdrawn: FILE' to the list in the policy, and make the file, empty");
  }
  // Without the lock, two processes that read the file at the same time would each lose the other's
  // line.
  const auto lock = base::FileLock::take(list.withdrawn.string() + ".lock", true);
  std::error_code error;
  std::string text = std::filesystem::exists(list.withdrawn, error)
                         ? base::read_file(list.withdrawn, kMaxWithdrawnBytes)
                         : std::string();
  if (!text.empty() && text.back() != '\n') text += '\n';
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    if (meant_by(std::string_view(text).substr(from, end - from)) == line) return false;
    from = end + 1;
  }
  base::write_file_atomically(list.withdrawn, text + line + '\n');
  return true;
}

}  // namespace

bool withdraw(const policy::List& list, HashType type, const std::string& hex) {
  const auto bytes = base::from_hex(hex);
  if (type == HashType::vpdq || !bytes || bytes->size() != bytes_of(type)) {
    throw base::Error(base::ExitCode::usage,
                      type == HashType::vpdq
                          ? std::string("a video is withdrawn by its id")
                          : fmt::format("{} hex digits were expected", 2 * bytes_of(type)),
                      "HASH");
  }
  // A hash that no list may hold would make the file, and so every later build, fail.
  ListEntry entry;
  if (const auto flaw = lists::add_hash(entry, type, base::to_hex(*bytes)))
    throw base::Error(base::ExitCode::usage, flaw->why, "HASH");
  return add_line(list, fmt::format("{} {}", to_string(type), base::to_hex(*bytes)));
}

bool withdraw(const policy::List& list, const std::string& words) {
  const std::string id(lists::trim(words));
  if (id.empty() || id.size() > kMaxIdBytes ||
      std::any_of(words.begin(), words.end(), [](unsigned char c) { return c < 0x20; })) {
    throw base::Error(
        base::ExitCode::usage,
        fmt::format("an id of 1 to {} bytes without control characters was expected", kMaxIdBytes),
        "--id");
  }
  return add_line(list, "id " + id);
}

}  // namespace proviso::index
