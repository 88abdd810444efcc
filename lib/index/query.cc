#include "index/query.h"

#include <fmt/core.h>

#include <optional>
#include <span>

#include "digest/digest.h"
#include "index/json_lines.h"
#include "ndjson/line_reader.h"

namespace proviso::index {

namespace {

constexpr std::size_t kAtOnce = 1024;
constexpr std::size_t kMaxLineBytes = 4096;

}  // namespace

Query::Query(const Index& index, HashType type, int distance, std::vector<std::string> lists,
             std::function<void(std::string_view line)> line)
    : index_(index),
      type_(type),
      distance_(distance),
      lists_(std::move(lists)),
      line_(std::move(line)) {}

bool Query::add(std::string_view hex) {
  const auto bytes = base::from_hex(hex);
  if (!bytes || bytes->size() != bytes_of(type_)) return false;
  if (type_ == HashType::pdq)
    hashes_.push_back(*pdq::from_hex(hex));
  else
    digests_.insert(digests_.end(), bytes->begin(), bytes->end());
  if (hashes_.size() == kAtOnce || digests_.size() == kAtOnce * bytes->size()) flush();
  return true;
}

void Query::flush() {
  std::vector<std::vector<Hit>> hits;
  if (type_ == HashType::pdq)
    index_.find_pdq(hashes_, distance_, lists_, hits);
  else
    index_.find_exact(*digest::parse_type(to_string(type_)), digests_, lists_, hits);
  const std::size_t width = bytes_of(type_);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    for (const Hit& hit : hits[i]) {
      tell(type_ == HashType::pdq ? pdq::to_hex(hashes_[i])
                                  : base::to_hex(std::span(digests_).subspan(i * width, width)),
           hit);
    }
  }
  hashes_.clear();
  digests_.clear();
}

void Query::read(int input, const std::function<void()>& answered,
                 const std::function<void(std::uint64_t line)>& bad) {
  ndjson::LineReader reader(input, kMaxLineBytes);
  std::vector<ndjson::InputLine> lines;
  while (reader.next(lines, kAtOnce, kAtOnce * kMaxLineBytes) == ndjson::LineReader::Next::lines) {
    for (const ndjson::InputLine& line : lines) {
      std::string_view hex = line.text;
      if (!hex.empty() && hex.back() == '\r') hex.remove_suffix(1);
      if (line.too_long || (!hex.empty() && !add(hex))) bad(line.number);
    }
    flush();
    answered();
  }
}

std::string Query::expected() const {
  return fmt::format("{} hex digits were expected", 2 * bytes_of(type_));
}

void Query::tell(const std::string& hash, const Hit& hit) const {
  line_(hit_line(hash, hit, index_.digest()));
}

}  // namespace proviso::index
