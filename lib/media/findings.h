// What the decoding worker is asked about a file, and what it finds: hashes only, never pixels,
// names or text.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/content_kind.h"
#include "base/error.h"
#include "digest/digest.h"
#include "pdq/pdq_hash.h"

namespace proviso::media {

struct Wanted {
  std::set<base::ContentKind> leaves;  // kinds of leaves of a container that may be digested and
                                       // decoded; others are counted
  digest::Wanted leaf_digests{false, false, false, false};
  bool pdq = false;                            // of pictures
  bool frames = false;                         // of videos and animated pictures
  bool dihedral = false, unletterbox = false;  // more hashes of pictures
  std::uint32_t frame_interval_ms =
      1000;  // one frame in this time, and the first and the last; 0: all frames
  int quality_floor = pdq::kDefaultQualityFloor;  // frames below it are counted, not kept
};

struct Picture {
  pdq::Result pdq;
  std::uint32_t width = 0, height = 0;               // as coded, before any sampling
  std::optional<std::array<pdq::Hash, 8>> dihedral;  // order of pdq::kDihedralNames
  std::optional<pdq::Result> unletterboxed;          // only when there was a border
};

struct Frame {
  pdq::Hash hash;
  std::uint32_t quality = 0, number = 0, milliseconds = 0;
};

// Frames kept: of good quality, with another hash than the frame kept before.
struct Frames {
  std::vector<Frame> kept;
  std::uint32_t sampled = 0, low_quality = 0, duplicates = 0;
  std::uint32_t milliseconds = 0;  // instant of the last frame
};

// The file itself, or one file inside a container. Leaves are numbered in the order in which they
// are found, including skipped ones.
struct Leaf {
  std::uint32_t index = 0;
  base::ContentKind kind = base::ContentKind::file;
  digest::Digests digests;  // of leaves of containers only: the caller digests the file itself
  std::optional<Picture> picture;
  std::optional<Frames> frames;
  std::string by;                        // decoder and version: "libjpeg-turbo 2.1.5"
  std::optional<base::ItemError> error;  // decode_failed, too_large, unsupported, locked
};

// Leaves that no admitted technology may look at. `locked` ones are encrypted; those of an archive
// are unread leaves as well.
struct Skipped {
  std::uint32_t text = 0, audio = 0, locked = 0, other = 0;
  std::uint32_t total() const { return text + audio + locked + other; }
};

struct Findings {
  bool container = false;
  std::vector<Leaf> leaves;  // exactly one unless `container`
  Skipped skipped;
};

struct Limits {
  std::uint64_t max_bytes = 4ull << 30;  // of the file
  std::uint64_t max_picture_bytes =
      256ull << 20;  // of a picture's or a mail's file, and of a leaf: they are held in memory
  std::uint64_t max_pixels = 100'000'000;         // width*height, checked before allocation
  std::uint32_t max_frames = 20'000;              // sampled of one file
  std::uint32_t max_members = 10'000;             // leaves of one item, at all depths
  std::uint32_t max_depth = 5;                    // containers inside containers
  std::uint64_t max_expanded_bytes = 4ull << 30;  // of all leaves of one item
  std::uint32_t max_expansion = 250;  // times the file's size, looked at past kExpansionFloor bytes
  std::uint64_t memory_bytes = 3ull << 30;   // address space of the worker
  std::uint32_t deadline_ms = 20'000;        // of a picture
  std::uint32_t long_deadline_ms = 600'000;  // of a video, archive or mail
};
constexpr std::uint64_t kExpansionFloor = 64ull << 20;

}  // namespace proviso::media
