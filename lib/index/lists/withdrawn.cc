#include "index/lists/withdrawn.h"

#include <fmt/format.h>

#include "index/lists/byte_stream.h"
#include "index/lists/hash_text.h"

namespace proviso::index::lists {
namespace {

constexpr std::size_t kMaxWithdrawals = 1'000'000;

std::string key_of(std::string_view word, std::string_view bytes) {
  std::string key(word);
  key += ' ';
  key += bytes;
  return key;
}

std::string_view bytes_of_hash(const pdq::Hash& hash) {
  return base::as_text(std::as_bytes(std::span(hash.words)));
}

}  // namespace

Withdrawn::Withdrawn(const std::filesystem::path& file) {
  ByteStream bytes(file);
  LineSource lines(bytes);
  Line line;
  while (lines.next(line)) {
    const auto refuse = [&](std::string why) {
      throw base::Error(base::ExitCode::config, std::move(why),
                        fmt::format("{}:{}", bytes.name(), line.number));
    };
    if (line.too_long) refuse(fmt::format("a line over {} bytes", kMaxLineBytes));
    if (line.text.front() == '#') continue;
    const std::size_t blank = line.text.find_first_of(" \t");
    const std::string_view word = line.text.substr(0, blank);
    const std::string_view value =
        blank == std::string_view::npos ? std::string_view() : trim(line.text.substr(blank));
    const auto type = parse_hash_type(word);
    if (word == "id" && !value.empty() && value.size() <= kMaxIdBytes) {
      keys_.emplace(key_of("id", value), false);
    } else if (type && *type != HashType::vpdq) {
      ListEntry entry;
      if (const auto flaw = add_hash(entry, *type, value)) refuse(flaw->why);
      keys_.emplace(
          entry.pdq
              ? key_of("pdq", bytes_of_hash(*entry.pdq))
              : key_of(word, base::as_text(std::span(entry.exact[0].bytes).first(bytes_of(*type)))),
          false);
    } else {
      refuse("one of 'md5 HEX', 'sha1 HEX', 'sha256 HEX', 'pdq HEX', 'id ID' was expected");
    }
    if (keys_.size() > kMaxWithdrawals)
      refuse(fmt::format("more than {} withdrawals", kMaxWithdrawals));
  }
  unused_ = keys_.size();
}

bool Withdrawn::find(const std::string& key) {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return false;
  if (!found->second) --unused_;
  found->second = true;
  return true;
}

bool Withdrawn::names(const ListEntry& entry) {
  if (keys_.empty()) return false;
  // Looks up all of them, so that no line that names this entry is counted as unused.
  bool named = !entry.id.empty() && find(key_of("id", trim(entry.id)));  // as the line was
  for (const ExactHash& hash : entry.exact) {
    named |= find(key_of(to_string(hash.type),
                         base::as_text(std::span(hash.bytes).first(bytes_of(hash.type)))));
  }
  if (entry.pdq) named |= find(key_of("pdq", bytes_of_hash(*entry.pdq)));
  for (const pdq::Hash& frame : entry.frames) named |= find(key_of("pdq", bytes_of_hash(frame)));
  return named;
}

}  // namespace proviso::index::lists
