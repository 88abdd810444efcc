#include "ledger/merkle.h"

#include <doctest/doctest.h>

#include <bit>
#include <span>
#include <string>
#include <vector>

#include "crypto/random.h"

using namespace proviso;
using namespace proviso::ledger;

namespace {

// The definition of RFC 6962 2.1, word for word.
base::Sha256 by_definition(const std::vector<std::string>& lines, std::size_t from,
                           std::size_t to) {
  if (to == from) return crypto::sha256(std::string_view());
  if (to - from == 1) return leaf_hash(lines[from]);
  std::size_t k = 1;
  while (k * 2 < to - from) k *= 2;
  return node_hash(by_definition(lines, from, from + k), by_definition(lines, from + k, to));
}

Subtree subtrees_of(const std::vector<base::Sha256>& leaves) {
  return [&leaves](std::uint64_t first, unsigned height) {
    return tree_hash(std::span(leaves).subspan(first, std::size_t{1} << height));
  };
}

// What a monitor does with a proof: RFC 9162 2.1.3.2 and 2.1.4.2.
bool verify_inclusion(const base::Sha256& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const base::Sha256> proof, const base::Sha256& root) {
  if (index >= size) return false;
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  base::Sha256 hash = leaf;
  for (const base::Sha256& sibling : proof) {
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      hash = node_hash(sibling, hash);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && hash == root;
}

bool verify_consistency(std::uint64_t old_size, const base::Sha256& old_root, std::uint64_t size,
                        const base::Sha256& root, std::span<const base::Sha256> proof) {
  if (old_size == size) return proof.empty() && old_root == root;
  if (old_size == 0) return proof.empty();
  if (old_size > size || proof.empty()) return false;
  std::vector<base::Sha256> steps(proof.begin(), proof.end());
  if (std::has_single_bit(old_size)) steps.insert(steps.begin(), old_root);
  std::uint64_t fn = old_size - 1;
  std::uint64_t sn = size - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  base::Sha256 fr = steps.front();
  base::Sha256 sr = steps.front();
  for (std::size_t i = 1; i < steps.size(); ++i) {
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      fr = node_hash(steps[i], fr);
      sr = node_hash(steps[i], sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, steps[i]);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && fr == old_root && sr == root;
}

}  // namespace

TEST_CASE("known vectors of RFC 6962 implementations") {
  CHECK(base::to_hex(tree_hash({})) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(base::to_hex(leaf_hash("")) ==
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST_CASE("root, inclusion and consistency agree with the definition for every size up to 65") {
  std::vector<std::string> lines;
  std::vector<base::Sha256> leaves;
  for (std::size_t size = 1; size <= 65; ++size) {
    lines.push_back("entry " + std::to_string(size));
    leaves.push_back(leaf_hash(lines.back()));
    const base::Sha256 root = by_definition(lines, 0, size);
    REQUIRE(tree_hash(leaves) == root);
    REQUIRE(root_of(subtrees_of(leaves), size) == root);
    for (std::size_t i = 0; i < size; ++i) {
      const auto proof = inclusion_proof(subtrees_of(leaves), size, i);
      REQUIRE(verify_inclusion(leaves[i], i, size, proof, root));
      REQUIRE_FALSE(verify_inclusion(leaf_hash("other"), i, size, proof, root));
      if (size > 1) REQUIRE_FALSE(verify_inclusion(leaves[i], (i + 1) % size, size, proof, root));
    }
    for (std::size_t old = 1; old <= size; ++old) {
      const base::Sha256 old_root = by_definition(lines, 0, old);
      const auto proof = consistency_proof(subtrees_of(leaves), size, old);
      REQUIRE(verify_consistency(old, old_root, size, root, proof));
      if (old < size) REQUIRE_FALSE(verify_consistency(old, leaf_hash("other"), size, root, proof));
    }
  }
}

TEST_CASE("a frontier takes whole subtrees for their leaves") {
  std::vector<base::Sha256> leaves;
  for (int i = 0; i < 300; ++i) leaves.push_back(leaf_hash(std::to_string(i)));
  Frontier frontier;
  const std::span all(leaves);
  frontier.push(tree_hash(all.first(256)), 8);
  frontier.push(tree_hash(all.subspan(256, 32)), 5);
  for (const base::Sha256& leaf : all.subspan(288)) frontier.push(leaf);
  CHECK(frontier.size() == 300);
  CHECK(frontier.root() == tree_hash(leaves));
}
