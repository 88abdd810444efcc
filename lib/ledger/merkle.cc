#include "ledger/merkle.h"

#include <bit>
#include <cstddef>
#include <string>
#include <utility>

#include "crypto/random.h"

namespace proviso::ledger {
namespace {

// The largest power of two smaller than n (n > 1): where RFC 6962 splits.
std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }

void path(std::span<const base::Sha256> leaves, std::uint64_t index,
          std::vector<base::Sha256>& proof) {
  if (leaves.size() <= 1) return;
  const std::uint64_t k = split(leaves.size());
  if (index < k) {
    path(leaves.first(k), index, proof);
    proof.push_back(tree_hash(leaves.subspan(k)));
  } else {
    path(leaves.subspan(k), index - k, proof);
    proof.push_back(tree_hash(leaves.first(k)));
  }
}

void subproof(std::span<const base::Sha256> leaves, std::uint64_t old_size, bool complete,
              std::vector<base::Sha256>& proof) {
  if (old_size == leaves.size()) {
    if (!complete) proof.push_back(tree_hash(leaves));
    return;
  }
  const std::uint64_t k = split(leaves.size());
  if (old_size <= k) {
    subproof(leaves.first(k), old_size, complete, proof);
    proof.push_back(tree_hash(leaves.subspan(k)));
  } else {
    subproof(leaves.subspan(k), old_size - k, false, proof);
    proof.push_back(tree_hash(leaves.first(k)));
  }
}

}  // namespace

base::Sha256 leaf_hash(std::string_view line) {
  std::string bytes(1, '\0');
  bytes += line;
  return crypto::sha256(bytes);
}

base::Sha256 node_hash(const base::Sha256& left, const base::Sha256& right) {
  std::string bytes(1, '\1');
  bytes += base::as_text(left);
  bytes += base::as_text(right);
  return crypto::sha256(bytes);
}

std::optional<Frontier> Frontier::restore(std::uint64_t size, std::vector<base::Sha256> roots) {
  if (roots.size() != static_cast<std::size_t>(std::popcount(size))) return std::nullopt;
  Frontier frontier;
  frontier.size_ = size;
  frontier.roots_ = std::move(roots);
  return frontier;
}

void Frontier::push(const base::Sha256& leaf) {
  roots_.push_back(leaf);
  // Each trailing one bit of the old size is a subtree as large as the one just made.
  for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    const base::Sha256 right = roots_.back();
    roots_.pop_back();
    roots_.back() = node_hash(roots_.back(), right);
  }
  ++size_;
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

std::vector<base::Sha256> inclusion_proof(std::span<const base::Sha256> leaves,
                                          std::uint64_t index) {
  std::vector<base::Sha256> proof;
  if (index < leaves.size()) path(leaves, index, proof);
  return proof;
}

std::vector<base::Sha256> consistency_proof(std::span<const base::Sha256> leaves,
                                            std::uint64_t old_size) {
  std::vector<base::Sha256> proof;
  if (old_size > 0 && old_size < leaves.size()) subproof(leaves, old_size, true, proof);
  return proof;
}

}  // namespace proviso::ledger
