// The Merkle tree hash of RFC 6962 section 2.1, kept incrementally, with its proofs.
#pragma once

#include <cstdint>
#include <functional>
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
  // Appends a complete subtree of 2^height leaves. size() must be a multiple of 2^height.
  void push(const base::Sha256& subtree, unsigned height = 0);
  std::uint64_t size() const { return size_; }
  base::Sha256 root() const;  // of no leaves: SHA-256 of nothing

 private:
  std::uint64_t size_ = 0;
  std::vector<base::Sha256> roots_;
};

base::Sha256 tree_hash(std::span<const base::Sha256> leaves);

// The root of the complete subtree of 2^height leaves that begins at leaf `first`, a multiple of
// 2^height. What keeps hashes gives them so; proofs ask for one at each height at most.
using Subtree = std::function<base::Sha256(std::uint64_t first, unsigned height)>;

// The root of the first `size` leaves.
base::Sha256 root_of(const Subtree&, std::uint64_t size);

// Proofs in a tree of `size` leaves, RFC 6962 2.1.1 and 2.1.2; empty for an index or an old size
// that it does not have.
std::vector<base::Sha256> inclusion_proof(const Subtree&, std::uint64_t size, std::uint64_t index);
std::vector<base::Sha256> consistency_proof(const Subtree&, std::uint64_t size,
                                            std::uint64_t old_size);

}  // namespace proviso::ledger
