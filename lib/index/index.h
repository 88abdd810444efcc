// The compiled index: hash lists as one memory-mapped file, exact answers. Format: FORMAT.md.
//
// Digests are found by a table of starts and a search of the few entries behind it; PDQ hashes
// within any radius by slot tables (pdq_search.h), with no answer left out. Opening costs the
// header alone; a block of data is checked before its first use. A lookup may run in any number of
// threads at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "crypto/keys.h"
#include "digest/digest.h"
#include "index/list.h"
#include "pdq/pdq_hash.h"
#include "policy/policy.h"

namespace proviso::index {

constexpr int kMaxRadius = policy::kMaxDistance;

struct Section {
  std::string list, source, purpose, verified_by, licence, date,
      file_sha256;  // date: YYYY-MM-DD or empty
  HashType type = HashType::md5;
  std::uint64_t entries = 0;    // hashes; of type vpdq: frames
  std::uint64_t suspended = 0;  // entries, or videos
  std::uint64_t videos = 0;     // of type vpdq
};

// What a hit says of the list entry.
struct Hit {
  std::uint32_t section = 0;               // of sections()
  std::uint64_t number = 0;                // of the entry in its section
  std::string list, entry, label, method;  // method: "md5" | "sha1" | "sha256" | "pdq" | "vpdq"
  bool has_id = false;  // `entry` is the list's own id, not the line that stands for it
  int distance = 0, threshold = 0;
  bool verified_list = false;
  bool suspended = false;  // the entry is, or (known-good lists apart) another with the very same
                           // hash (video: frames): no hit, but counted
};

// A video of a list with frames near the item's. Both ways: how much of the entry was seen, and how
// much of the item is the entry.
struct VideoHit : Hit {                          // distance: of the nearest pair of frames
  std::uint32_t frames = 0, frames_matched = 0;  // of the entry, distinct hashes
  std::uint32_t query_frames = 0, query_frames_matched = 0;  // of the item, as given
};

// An entry as it is stored, for tools that walk an index.
struct StoredEntry {
  std::uint64_t number = 0;
  std::span<const std::byte> hash;  // exact types: the digest
  pdq::Hash pdq;                    // pdq
  std::vector<pdq::Hash> frames;    // vpdq: ascending
  std::string_view id, label;
  std::uint32_t line = 0;  // where id is empty
  bool suspended = false;
};

// A mapped index. Error(data) with block and reason when it was damaged, Error(config) for another
// version.
class Index {
 public:
  // `key`: the signature is checked; absent: accepted only when `require_signature` is false.
  static Index open(const std::filesystem::path&, const crypto::PublicKey* key,
                    bool require_signature);
  Index(Index&&) noexcept;
  Index& operator=(Index&&) noexcept;
  ~Index();

  const std::vector<Section>& sections() const;
  std::string digest()
      const;  // SHA-256 of the header and block table, hex: the index version in each hit
  bool is_signed() const;
  std::uint64_t file_bytes() const;
  // Checks every block and table; the reason when one is wrong.
  std::optional<std::string> verify() const;

  // Appends hits of that exact digest in the lists named (empty: all).
  void find_exact(digest::Type, std::span<const std::byte> digest,
                  std::span<const std::string> lists, std::vector<Hit>&) const;
  // The same for many digests of one size, one behind the other; hits has one vector a digest.
  // Fastest for many at once.
  void find_exact(digest::Type, std::span<const std::byte> digests,
                  std::span<const std::string> lists, std::vector<std::vector<Hit>>& hits) const;
  // Appends every entry within `radius` bits (0 to kMaxRadius) of each query, nearest first; hits
  // has one vector a query. Error(usage) for another radius. Fastest for many queries at once.
  void find_pdq(std::span<const pdq::Hash> queries, int radius, std::span<const std::string> lists,
                std::vector<std::vector<Hit>>& hits) const;
  void find_pdq(const pdq::Hash&, int radius, std::span<const std::string> lists,
                std::vector<Hit>&) const;
  // Appends every video that has a frame within `radius` bits of one of these.
  void find_vpdq(std::span<const pdq::Hash> frames, int radius, std::span<const std::string> lists,
                 std::vector<VideoHit>&) const;

  // Calls `take` with each entry of a section, ascending by hash (videos: by number). What it is
  // given lives until it returns.
  void for_each(std::uint32_t section, const std::function<void(const StoredEntry&)>& take) const;
  StoredEntry entry(std::uint32_t section, std::uint64_t number) const;  // not of vpdq

  // File changed on disk since it was opened?
  bool replaced() const;

 private:
  struct Impl;
  explicit Index(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

// Opens `file` as the policy asks: in production signed by its index key; in rehearsal the
// signature is checked when the key is there.
Index open_of(const policy::Policy&, const std::filesystem::path& file);

// Which inner loops of PDQ search this CPU runs: "scalar", "avx2".
std::string_view kernel_name();

// "line 12" where a list has no ids of its own.
std::string name_of(const StoredEntry&);

}  // namespace proviso::index
