// One section on its way into the file: takes entries in ascending order of their hashes and lays
// out the section's regions.
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

// What is told of an entry or video.
struct Described {
  std::string_view id;  // empty: `line` stands for it
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

  // Exact types and PDQ: an entry whose hash is above that of the one before. `key`: the bytes of
  // the hash's hex text.
  void add(const std::array<std::byte, 32>& key, const Described&);
  // Frames: one of the video with this number; ascending by key, then by video.
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
