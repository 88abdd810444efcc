// The compiled index: hash lists as one memory-mapped file, exact answers. Format: FORMAT.md.
//
// Digests are found by a table of starts and a search of the few entries behind it; PDQ hashes
// within any radius by slot tables (pdq_search.h), with no answer left out. Opening reads the
// header alone; a block of data is checked before its first use. Lookups may run in any number of
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

// A hit: the list entry, and how near it is.
struct Hit {
  std::uint32_t section = 0;               // of sections()
  std::uint64_t number = 0;                // of the entry in its section
  std::string list, entry, label, method;  // method: "md5" | "sha1" | "sha256" | "pdq" | "vpdq"
  bool has_id = false;                     // `entry` is the list's own id, not "line N"
  int distance = 0, threshold = 0;
  bool verified_list = false;
  bool suspended = false;  // this entry is suspended, or one with the same hash (video: frames) of
                           // a list that is not known-good: not a hit, but counted
};

// A video of a list with frames near the item's: how many of the entry's frames the item has, and
// how many of the item's frames the entry has.
struct VideoHit : Hit {                          // distance: of the nearest pair of frames
  std::uint32_t frames = 0, frames_matched = 0;  // of the entry, distinct hashes
  std::uint32_t query_frames = 0, query_frames_matched = 0;  // of the item, as given
};

// An entry as it is stored, for tools that read a whole index.
struct StoredEntry {
  std::uint64_t number = 0;
  std::span<const std::byte> hash;  // exact types: the digest
  pdq::Hash pdq;                    // pdq
  std::vector<pdq::Hash> frames;    // vpdq: ascending
  std::string_view id, label;
  std::uint32_t line = 0;  // where id is empty
  bool suspended = false;
};

// A mapped index. Error(data) with block and reason if it is damaged, Error(config) for another
// version.
class Index {
 public:
  // Checks the signature if `key` is given. Without a key an index is accepted only if
  // `require_signature` is false.
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
  // Checks every block and table. Returns the reason if one is wrong.
  std::optional<std::string> verify() const;

  // Appends the entries with this digest, in `lists` or, if that is empty, in all lists.
  void find_exact(digest::Type, std::span<const std::byte> digest,
                  std::span<const std::string> lists, std::vector<Hit>&) const;
  // The same for many digests of one size, concatenated; `hits` has one vector per digest. Many at
  // once are faster than one by one.
  void find_exact(digest::Type, std::span<const std::byte> digests,
                  std::span<const std::string> lists, std::vector<std::vector<Hit>>& hits) const;
  // Appends every entry within `radius` bits (0 to kMaxRadius) of each query, nearest first; `hits`
  // has one vector per query. Error(usage) for another radius. Many at once are faster.
  void find_pdq(std::span<const pdq::Hash> queries, int radius, std::span<const std::string> lists,
                std::vector<std::vector<Hit>>& hits) const;
  void find_pdq(const pdq::Hash&, int radius, std::span<const std::string> lists,
                std::vector<Hit>&) const;
  // Appends every video that has a frame within `radius` bits of one of `frames`.
  void find_vpdq(std::span<const pdq::Hash> frames, int radius, std::span<const std::string> lists,
                 std::vector<VideoHit>&) const;

  // Calls `take` with each entry of a section, ascending by hash (videos: by number). The entry is
  // valid until `take` returns.
  void for_each(std::uint32_t section, const std::function<void(const StoredEntry&)>& take) const;
  StoredEntry entry(std::uint32_t section, std::uint64_t number) const;  // not of vpdq

  // True if the file on disk is another than the one that was opened.
  bool replaced() const;

 private:
  struct Impl;
  explicit Index(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

// Opens `file` as the policy asks: in production it must be signed by the policy's index key, in
// rehearsal the signature is checked if the policy has the key.
Index open_of(const policy::Policy&, const std::filesystem::path& file);

// The kernel of PDQ search that this CPU runs: "scalar" or "avx2".
std::string_view kernel_name();

// The entry's id, or "line 12" if its list has no ids.
std::string name_of(const StoredEntry&);

}  // namespace proviso::index
