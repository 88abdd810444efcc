#include "ledger/merkle.h"

#include <bit>
#include <string_view>

#include "crypto/random.h"

namespace proviso::ledger {
namespace {

constexpr std::string_view kLeaf("\0", 1);
constexpr std::string_view kNode("\1", 1);

// The largest power of two smaller than n (n > 1): where RFC 6962 splits.
std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }

// D[first:first+size] of RFC 6962. Each split is at a power of two, so that `first` is a multiple
// of the least power of two that is not less than `size`.
base::Sha256 range_hash(const Subtree& subtree, std::uint64_t first, std::uint64_t size) {
  if (std::has_single_bit(size))
    return subtree(first, static_cast<unsigned>(std::countr_zero(size)));
  const std::uint64_t k = split(size);
  return node_hash(range_hash(subtree, first, k), range_hash(subtree, first + k, size - k));
}

void path(const Subtree& subtree, std::uint64_t first, std::uint64_t size, std::uint64_t index,
          std::vector<base::Sha256>& proof) {
  if (size <= 1) return;
  const std::uint64_t k = split(size);
  if (index < k) {
    path(subtree, first, k, index, proof);
    proof.push_back(range_hash(subtree, first + k, size - k));
  } else {
    path(subtree, first + k, size - k, index - k, proof);
    proof.push_back(range_hash(subtree, first, k));
  }
}

void subproof(const Subtree& subtree, std::uint64_t first, std::uint64_t size,
              std::uint64_t old_size, bool complete, std::vector<base::Sha256>& proof) {
  if (old_size == size) {
    if (!complete) proof.push_back(range_hash(subtree, first, size));
    return;
  }
  const std::uint64_t k = split(size);
  if (old_size <= k) {
    subproof(subtree, first, k, old_size, complete, proof);
    proof.push_back(range_hash(subtree, first + k, size - k));
  } else {
    subproof(subtree, first + k, size - k, old_size - k, false, proof);
    proof.push_back(range_hash(subtree, first, k));
  }
}

}  // namespace

base::Sha256 leaf_hash(std::string_view line) { return crypto::sha256({kLeaf, line}); }

base::Sha256 node_hash(const base::Sha256& left, const base::Sha256& right) {
  return crypto::sha256({kNode, base::as_text(left), base::as_text(right)});
}

void Frontier::push(const base::Sha256& subtree, unsigned height) {
  roots_.push_back(subtree);
  // Each trailing one bit of the old size is a subtree as large as the one just made.
  for (std::uint64_t rest = size_ >> height; (rest & 1) != 0; rest >>= 1) {
    const base::Sha256 right = roots_.back();
    roots_.pop_back();
    roots_.back() = node_hash(roots_.back(), right);
  }
  size_ += std::uint64_t{1} << height;
}

base::Sha256 Frontier::root() const {
  if (roots_.empty()) return crypto::sha256(std::string_view());
  base::Sha256 root = roots_.back();
  for (std::size_t i = roots_.size() - 1; i > 0; --i) root = node_hash(roots_[i - 1], root);
  return root;
}

base::Sha256 tree_hash(std::span<const base::Sha256> leaves) {
  Frontier frontier;
  for (const base::Sha256& leaf : leaves) frontier.push(leaf);
  return frontier.root();
}

base::Sha256 root_of(const Subtree& subtree, std::uint64_t size) {
  return size == 0 ? tree_hash({}) : range_hash(subtree, 0, size);
}

std::vector<base::Sha256> inclusion_proof(const Subtree& subtree, std::uint64_t size,
                                          std::uint64_t index) {
  std::vector<base::Sha256> proof;
  if (index < size) path(subtree, 0, size, index, proof);
  return proof;
}

std::vector<base::Sha256> consistency_proof(const Subtree& subtree, std::uint64_t size,
                                            std::uint64_t old_size) {
  std::vector<base::Sha256> proof;
  if (old_size > 0 && old_size < size) subproof(subtree, 0, size, old_size, true, proof);
  return proof;
}

}  // namespace proviso::ledger
