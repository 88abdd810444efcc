// The Merkle tree hash of RFC 6962 section 2.1, kept incrementally, with its proofs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace proviso::ledger {

base::Sha256 leaf_hash(std::string_view line);  // SHA-256(0x00 || line)
base::Sha256 node_hash(const base::Sha256& left,
                       const base::Sha256& right);  // SHA-256(0x01 || left || right)

// The roots of the complete subtrees of a tree of `size` leaves, largest first: all that is needed
// to append and to give the root.
class Frontier {
 public:
  Frontier() = default;
  // Subtree roots as kept elsewhere; nullopt when their number does not fit the size.
  static std::optional<Frontier> restore(std::uint64_t size, std::vector<base::Sha256> roots);

  void push(const base::Sha256& leaf);
  std::uint64_t size() const { return size_; }
  base::Sha256 root() const;  // of no leaves: SHA-256 of nothing
  const std::vector<base::Sha256>& roots() const { return roots_; }

 private:
  std::uint64_t size_ = 0;
  std::vector<base::Sha256> roots_;
};

// Proofs over all leaf hashes, RFC 6962 2.1.1 and 2.1.2.
std::vector<base::Sha256> inclusion_proof(std::span<const base::Sha256> leaves,
                                          std::uint64_t index);
std::vector<base::Sha256> consistency_proof(std::span<const base::Sha256> leaves,
                                            std::uint64_t old_size);
base::Sha256 tree_hash(std::span<const base::Sha256> leaves);

}  // namespace proviso::ledger
