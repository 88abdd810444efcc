// Hashes of the log's tree, kept beside it so that nothing needs to be hashed twice. Nobody signs
// them: they are believed only where they give the root of a signed checkpoint.
//
// <ledger>/hashes/0, /8 and /16: the roots of all complete subtrees of that height (a leaf, a block
// of 256 leaves, a segment), 32 bytes each, in order.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/file.h"
#include "ledger/merkle.h"

namespace proviso::ledger {

constexpr unsigned kBlockHeight = 8;
constexpr unsigned kSegmentHeight = 16;

class StoredHashes {
 public:
  explicit StoredHashes(const std::filesystem::path& ledger);

  // `count` hashes of `height` (0, 8 or 16) from number `first` on; nullopt where they are not all
  // there.
  std::optional<std::vector<base::Sha256>> read(unsigned height, std::uint64_t first,
                                                std::uint64_t count) const;

  // Keeps hash `number` of `height`. Collected; written by flush(), which makes nothing durable.
  // What cannot be written or is lost is computed again. Only the holder of the ledger's lock
  // writes.
  void put(unsigned height, std::uint64_t number, const base::Sha256&);
  void flush();

 private:
  struct Pending {
    std::uint64_t first = 0;
    base::Bytes bytes;
  };
  void write(unsigned height, Pending&) const;
  void write_at(unsigned height, std::uint64_t offset, std::span<const std::byte>) const;
  std::filesystem::path path(unsigned height) const;

  std::filesystem::path directory_;
  std::array<Pending, 3> pending_;  // by height / 8
};

// A tree of `size()` leaves by its whole segments, the whole blocks behind them, and the leaves
// behind those.
class Tree {
 public:
  // The tree of the first `size` leaves, as the stored hashes have it; nullopt when they do not
  // have all of it. Its root says whether it is the right one.
  static std::optional<Tree> load(const StoredHashes&, std::uint64_t size);

  // Appends a leaf; what becomes complete is kept in `stored`, unless null.
  void push(const base::Sha256& leaf, StoredHashes* stored = nullptr);

  std::uint64_t size() const;
  base::Sha256 root() const;
  const std::vector<base::Sha256>& segments() const { return segments_; }
  const std::vector<base::Sha256>& blocks() const { return blocks_; }
  const std::vector<base::Sha256>& leaves() const { return leaves_; }

 private:
  std::vector<base::Sha256> segments_, blocks_, leaves_;
};

}  // namespace proviso::ledger
