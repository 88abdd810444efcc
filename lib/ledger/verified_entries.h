// The entries that a signed checkpoint covers. Nothing is shown of them that was not hashed up to
// its root.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/merkle.h"
#include "ledger/segments.h"
#include "ledger/stored_hashes.h"

namespace proviso::ledger {

// Does not change once made: several threads may read.
class VerifiedEntries {
 public:
  // Of a checkpoint whose signature was verified. Takes the stored hashes where they give its root,
  // else hashes every entry, and stores the hashes anew in `keep` (null: not; only the holder of
  // the lock may). Error(check_failed) with the place when the entries are not those that the
  // checkpoint signs.
  VerifiedEntries(std::filesystem::path ledger, Checkpoint, StoredHashes* keep);
  // Of a tree that the checkpoint was made of.
  VerifiedEntries(std::filesystem::path ledger, Checkpoint, Tree);

  const std::filesystem::path& directory() const { return ledger_; }
  const Checkpoint& checkpoint() const { return checkpoint_; }
  const Tree& tree() const { return tree_; }
  // Whether the stored hashes give the signed root, so that nobody needs to hash all entries again.
  bool is_stored() const { return is_stored_; }

  // Calls `visit` for the entries from `from` on, in order, until it returns false. Returns the
  // index of the next. Error(check_failed) with the place of the first line that is not the one
  // that was signed; of its block of 256 nothing is shown.
  std::uint64_t read(
      std::uint64_t from,
      const std::function<bool(std::uint64_t index, std::string_view line)>& visit) const;
  // Where the next entry will begin. Error as above.
  Place end() const;

  // A subtree's root, for proofs; from hashes that give the signed root. Error as above.
  base::Sha256 subtree(std::uint64_t first, unsigned height) const;

  // Error(check_failed) unless the first entries are those that `earlier` signs, a checkpoint that
  // `name` remembers; so that a rollback shows.
  void require_extends(const Checkpoint& earlier, std::string_view name) const;

 private:
  // The signed roots of the blocks of one segment, kept while its blocks are read in turn.
  struct SegmentBlocks;

  void compute(StoredHashes* keep);
  // Calls `visit` for block number `first` and all behind it, until it returns false.
  Place read_signed(std::uint64_t first, const std::function<bool(const Block&)>& visit) const;
  std::vector<base::Sha256> blocks_of(std::uint64_t segment) const;
  std::vector<base::Sha256> leaves_of(std::uint64_t block) const;
  bool is_signed(const Block&, SegmentBlocks&) const;
  [[noreturn]] void refuse(std::uint64_t index, std::string what) const;
  [[noreturn]] void refuse(const Block&) const;
  [[noreturn]] void refuse_end(std::uint64_t found) const;
  [[noreturn]] void refuse_all(std::uint64_t found) const;
  bool stored_leaves_are_signed() const;

  std::filesystem::path ledger_;
  Checkpoint checkpoint_;
  StoredHashes stored_;
  Tree tree_;
  bool is_stored_ = true;
};

}  // namespace proviso::ledger
