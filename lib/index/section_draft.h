// Builds one section of the index: takes entries in ascending order of their hashes and lays out
// the section's regions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/data_writer.h"
#include "index/layout.h"
#include "index/list.h"
#include "index/region_buffer.h"

namespace proviso::index {

// The data of an entry or video beside its hashes.
struct Described {
  std::string_view id;  // empty: it is called by its `line`
  std::uint32_t line = 0;
  std::string_view label;
  bool suspended = false;
};

class SectionDraft {
 public:
  SectionDraft(HashType type, const std::filesystem::path& directory);

  HashType type() const { return type_; }
  std::uint64_t entries() const { return entries_; }  // hashes; in a section of frames, frames
  std::uint64_t suspended() const { return suspended_; }

  // Exact types and PDQ: adds an entry. Hashes must be strictly ascending. `key` has the bytes of
  // the hash's hex text.
  void add(const std::array<std::byte, 32>& key, const Described&);
  // Adds a frame of the video with this number. Must be ascending by key, then by video.
  void add_frame(const std::array<std::byte, 32>& key, std::uint32_t video);
  void describe_video(
      const Described&);  // in the order of their numbers, once all frames are added

  // The regions in the order of the file, each name with its size.
  std::vector<std::pair<std::string, std::uint64_t>> regions() const;
  void write(DataWriter&, unsigned threads);  // the same regions, each aligned

 private:
  void append_key(const std::array<std::byte, 32>& key);
  void describe(const Described&);
  void write_starts(DataWriter&);
  void write_slots(DataWriter&, unsigned threads);

  HashType type_;
  std::uint64_t entries_ = 0, suspended_ = 0;
  RegionBuffer hashes_, owners_, info_, strings_;
  std::vector<std::uint32_t> frames_of_;  // a video: how many distinct frames
  std::map<std::string, std::uint32_t, std::less<>> labels_;
};

}  // namespace proviso::index
