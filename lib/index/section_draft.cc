#include "index/section_draft.h"

#include <algorithm>
#include <cstring>
#include <future>

namespace proviso::index {
namespace {

template <class T>
std::span<const std::byte> raw(const std::vector<T>& values) {
  return {reinterpret_cast<const std::byte*>(values.data()), values.size() * sizeof(T)};
}

// One slot's table as bytes of the file, by a counting sort of the hashes by that slot.
std::vector<std::byte> slot_table(std::span<const pdq::Hash> hashes, int slot) {
  const SlotLayout layout(hashes.size());
  std::vector<std::byte> table(layout.bytes);
  auto* const starts = reinterpret_cast<std::uint32_t*>(table.data());
  auto* const companions = reinterpret_cast<std::uint16_t*>(table.data() + layout.companions);
  auto* const numbers = reinterpret_cast<std::uint32_t*>(table.data() + layout.numbers);
  for (const pdq::Hash& hash : hashes) ++starts[slot_of(hash, slot) + 1u];
  for (std::uint32_t i = 1; i < kSlotStarts; ++i) starts[i] += starts[i - 1];
  std::vector<std::uint32_t> at(starts, starts + kSlotStarts - 1);
  const int next = (slot + 1) % kSlots;
  for (std::uint32_t i = 0; i < hashes.size(); ++i) {
    const std::uint32_t place = at[slot_of(hashes[i], slot)]++;
    companions[place] = slot_of(hashes[i], next);
    numbers[place] = i;
  }
  return table;
}

}  // namespace

SectionDraft::SectionDraft(HashType type, const std::filesystem::path& directory)
    : type_(type), hashes_(directory), owners_(directory), info_(directory), strings_(directory) {}

void SectionDraft::append_key(const std::array<std::byte, 32>& key) {
  if (type_ == HashType::pdq || type_ == HashType::vpdq) {
    pdq::Hash hash;
    for (std::size_t word = 0; word < 4; ++word) {
      for (std::size_t b = 0; b < 8; ++b)
        hash.words[word] =
            hash.words[word] << 8 | std::to_integer<std::uint64_t>(key[8 * word + b]);
    }
    hashes_.append_value(hash);
  } else {
    hashes_.append(std::span(key).first(bytes_of(type_)));
  }
  if (++entries_ > kMaxEntries)
    throw base::Error(base::ExitCode::data, "more entries than one section holds");
}

void SectionDraft::describe(const Described& entry) {
  const auto room = [this](std::size_t bytes) {
    if (strings_.size() + bytes > 0xffffffffu)
      throw base::Error(base::ExitCode::data, "ids and labels of one section are over 4 GiB");
  };
  Info info{};
  auto label = labels_.find(entry.label);
  if (label == labels_.end()) {
    room(entry.label.size());
    label = labels_.emplace(entry.label, static_cast<std::uint32_t>(strings_.size())).first;
    strings_.append(entry.label);
  }
  info.label_offset = label->second;
  info.label_bytes = static_cast<std::uint16_t>(entry.label.size());
  if (entry.id.empty()) {
    info.id_offset = entry.line;
  } else {
    room(entry.id.size());
    info.id_offset = static_cast<std::uint32_t>(strings_.size());
    info.id_bytes = static_cast<std::uint16_t>(entry.id.size());
    strings_.append(entry.id);
  }
  if (entry.suspended) {
    info.flags = kSuspended;
    ++suspended_;
  }
  info_.append_value(info);
}

void SectionDraft::add(const std::array<std::byte, 32>& key, const Described& entry) {
  append_key(key);
  describe(entry);
}

void SectionDraft::add_frame(const std::array<std::byte, 32>& key, std::uint32_t video) {
  append_key(key);
  owners_.append_value(video);
  if (frames_of_.size() <= video) frames_of_.resize(video + std::size_t{1});
  ++frames_of_[video];
}

void SectionDraft::describe_video(const Described& video) { describe(video); }

std::vector<std::pair<std::string, std::uint64_t>> SectionDraft::regions() const {
  const bool exact = type_ != HashType::pdq && type_ != HashType::vpdq;
  std::vector<std::pair<std::string, std::uint64_t>> all;
  all.emplace_back("hashes", hashes_.size());
  all.emplace_back("table", exact ? ((std::uint64_t{1} << start_bits(entries_)) + 1) * 4
                                  : slot_tables_bytes(entries_));
  if (type_ == HashType::vpdq) {
    all.emplace_back("owners", owners_.size());
    all.emplace_back("frames", frames_of_.size() * 4);
  }
  all.emplace_back("info", info_.size());
  all.emplace_back("strings", strings_.size());
  return all;
}

void SectionDraft::write_starts(DataWriter& out) {
  const unsigned bits = start_bits(entries_);
  const std::uint32_t places = 1u << bits;
  const std::size_t width = bytes_of(type_);
  const auto hashes = hashes_.bytes();
  std::vector<std::uint32_t> starts(std::size_t{places} + 1);
  std::uint64_t at = 0;
  for (std::uint32_t place = 0; place <= places; ++place) {
    while (at < entries_ && prefix_of(hashes.data() + at * width, bits) < place) ++at;
    starts[place] = static_cast<std::uint32_t>(at);
  }
  out.append(raw(starts));
}

void SectionDraft::write_slots(DataWriter& out, unsigned threads) {
  if (entries_ < kScanBelow) return;
  const auto bytes = hashes_.bytes();
  const std::span hashes(reinterpret_cast<const pdq::Hash*>(bytes.data()), entries_);
  if (threads < 2) {
    for (int slot = 0; slot < kSlots; ++slot) out.append(slot_table(hashes, slot));
    return;
  }
  // One table is made while the one before is written.
  auto next = std::async(std::launch::async, slot_table, hashes, 0);
  for (int slot = 0; slot < kSlots; ++slot) {
    const std::vector<std::byte> table = next.get();
    if (slot + 1 < kSlots) next = std::async(std::launch::async, slot_table, hashes, slot + 1);
    out.append(table);
  }
}

void SectionDraft::write(DataWriter& out, unsigned threads) {
  out.align();
  out.append(hashes_.bytes());
  out.align();
  if (type_ == HashType::pdq || type_ == HashType::vpdq)
    write_slots(out, threads);
  else
    write_starts(out);
  if (type_ == HashType::vpdq) {
    out.align();
    out.append(owners_.bytes());
    out.align();
    out.append(raw(frames_of_));
  }
  out.align();
  out.append(info_.bytes());
  out.align();
  out.append(strings_.bytes());
}

}  // namespace proviso::index
