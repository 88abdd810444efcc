#include "ledger/merkle.h"

#include <doctest/doctest.h>

#include <string>

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
    for (std::size_t i = 0; i < size; ++i) {
      const auto proof = inclusion_proof(leaves, i);
      REQUIRE(verify_inclusion(leaves[i], i, size, proof, root));
      REQUIRE_FALSE(verify_inclusion(leaf_hash("other"), i, size, proof, root));
      if (size > 1) REQUIRE_FALSE(verify_inclusion(leaves[i], (i + 1) % size, size, proof, root));
    }
    for (std::size_t old = 1; old <= size; ++old) {
      const base::Sha256 old_root = by_definition(lines, 0, old);
      const auto proof = consistency_proof(leaves, old);
      REQUIRE(verify_consistency(old, old_root, size, root, proof));
      if (old < size) REQUIRE_FALSE(verify_consistency(old, leaf_hash("other"), size, root, proof));
    }
  }
}

TEST_CASE("a frontier goes on where it was kept") {
  Frontier all;
  Frontier kept;
  for (int i = 0; i < 37; ++i) {
    all.push(leaf_hash(std::to_string(i)));
    kept = *Frontier::restore(all.size(), all.roots());
    REQUIRE(kept.root() == all.root());
  }
  CHECK_FALSE(Frontier::restore(3, {base::Sha256{}}));
}
