#include "ledger/verified_entries.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/error.h"
#include "ledger/line.h"

namespace proviso::ledger {
namespace {

constexpr std::uint64_t kSegmentBlocks = kSegmentEntries / kBlockEntries;
constexpr std::string_view kNotSigned =
    "the entry is not the one that was signed: it was changed, removed or moved";
static_assert(kBlockEntries == std::uint64_t{1} << kBlockHeight);
static_assert(kSegmentEntries == std::uint64_t{1} << kSegmentHeight);

std::vector<base::Sha256> leaves_in(const Block& block) {
  std::vector<base::Sha256> leaves;
  leaves.reserve(block.lines.size());
  for (const std::string_view line : block.lines) leaves.push_back(leaf_hash(line));
  return leaves;
}

}  // namespace

struct VerifiedEntries::SegmentBlocks {
  std::optional<std::uint64_t> segment;
  std::vector<base::Sha256> roots;
};

VerifiedEntries::VerifiedEntries(std::filesystem::path ledger, Checkpoint checkpoint,
                                 StoredHashes* keep)
    : ledger_(std::move(ledger)), checkpoint_(std::move(checkpoint)), stored_(ledger_) {
  auto tree = Tree::load(stored_, checkpoint_.size);
  if (tree && tree->root() == checkpoint_.root) {
    tree_ = std::move(*tree);
  } else {
    compute(keep);
  }
}

VerifiedEntries::VerifiedEntries(std::filesystem::path ledger, Checkpoint checkpoint, Tree tree)
    : ledger_(std::move(ledger)),
      checkpoint_(std::move(checkpoint)),
      stored_(ledger_),
      tree_(std::move(tree)) {}

void VerifiedEntries::compute(StoredHashes* keep) {
  const Place end = read_blocks(ledger_, {}, checkpoint_.size, [&](const Block& block) {
    for (const std::string_view line : block.lines) tree_.push(leaf_hash(line), keep);
    return true;
  });
  if (end.index < checkpoint_.size || tree_.root() != checkpoint_.root) refuse_all(end.index);
  is_stored_ = keep != nullptr;
  if (keep != nullptr) keep->flush();
}

std::vector<base::Sha256> VerifiedEntries::blocks_of(std::uint64_t segment) const {
  if (segment >= tree_.segments().size()) return tree_.blocks();
  auto stored = stored_.read(kBlockHeight, segment * kSegmentBlocks, kSegmentBlocks);
  if (stored && tree_hash(*stored) == tree_.segments()[segment]) return *std::move(stored);
  std::vector<base::Sha256> computed;
  const Place end = read_blocks(ledger_, {segment * kSegmentEntries, 0},
                                (segment + 1) * kSegmentEntries, [&](const Block& block) {
                                  computed.push_back(tree_hash(leaves_in(block)));
                                  return true;
                                });
  if (end.index < (segment + 1) * kSegmentEntries ||
      tree_hash(computed) != tree_.segments()[segment]) {
    refuse_all(end.index);
  }
  return computed;
}

std::vector<base::Sha256> VerifiedEntries::leaves_of(std::uint64_t block) const {
  const std::uint64_t first = block * kBlockEntries;
  if (first + kBlockEntries > checkpoint_.size) return tree_.leaves();
  auto stored = stored_.read(0, first, kBlockEntries);
  if (stored && tree_hash(*stored) == blocks_of(block / kSegmentBlocks)[block % kSegmentBlocks])
    return *std::move(stored);
  std::vector<base::Sha256> computed;
  read_signed(block, [&](const Block& found) {
    computed = leaves_in(found);
    return false;
  });
  return computed;
}

bool VerifiedEntries::is_signed(const Block& block, SegmentBlocks& of) const {
  const std::uint64_t number = block.begin.index / kBlockEntries;
  const std::vector<base::Sha256> leaves = leaves_in(block);
  if ((number + 1) * kBlockEntries > checkpoint_.size) return leaves == tree_.leaves();
  if (const std::uint64_t segment = number / kSegmentBlocks; of.segment != segment) {
    of.roots = blocks_of(segment);
    of.segment = segment;
  }
  return leaves.size() == kBlockEntries && tree_hash(leaves) == of.roots[number % kSegmentBlocks];
}

Place VerifiedEntries::read_signed(std::uint64_t first,
                                   const std::function<bool(const Block&)>& visit) const {
  const std::uint64_t from = first * kBlockEntries;
  const Place segment{from / kSegmentEntries * kSegmentEntries, 0};
  std::optional<Place> guess = place_of(ledger_, from);
  SegmentBlocks blocks;
  for (;;) {
    bool visited = false;
    bool misled = false;
    bool wanted = true;
    const Place end =
        read_blocks(ledger_, guess.value_or(segment), checkpoint_.size, [&](const Block& block) {
          if (block.begin.index < from) return true;
          if (!is_signed(block, blocks)) {
            // Lines that lie about their numbers can mislead a guess; then all are counted.
            misled = guess && !visited;
            if (!misled) refuse(block);
            return false;
          }
          visited = true;
          wanted = visit(block);
          return wanted;
        });
    if (wanted && !misled && end.index < checkpoint_.size) {
      misled = guess && !visited;
      if (!misled) refuse_end(end.index);
    }
    if (!misled) return end;
    guess.reset();
  }
}

std::uint64_t VerifiedEntries::read(
    std::uint64_t from,
    const std::function<bool(std::uint64_t index, std::string_view line)>& visit) const {
  std::uint64_t next = std::min(from, checkpoint_.size);
  if (next == checkpoint_.size) return next;
  read_signed(next / kBlockEntries, [&](const Block& block) {
    while (next < block.end.index) {
      const bool more = visit(next, block.lines[next - block.begin.index]);
      ++next;
      if (!more) return false;
    }
    return true;
  });
  return next;
}

Place VerifiedEntries::end() const {
  if (checkpoint_.size == 0) return {};
  return read_signed((checkpoint_.size - 1) / kBlockEntries, [](const Block&) { return true; });
}

base::Sha256 VerifiedEntries::subtree(std::uint64_t first, unsigned height) const {
  const auto of = [](const std::vector<base::Sha256>& hashes, std::uint64_t at, unsigned levels) {
    return tree_hash(std::span(hashes).subspan(at, std::size_t{1} << levels));
  };
  if (height >= kSegmentHeight)
    return of(tree_.segments(), first >> kSegmentHeight, height - kSegmentHeight);
  if (height >= kBlockHeight)
    return of(blocks_of(first >> kSegmentHeight), (first >> kBlockHeight) % kSegmentBlocks,
              height - kBlockHeight);
  return of(leaves_of(first >> kBlockHeight), first % kBlockEntries, height);
}

void VerifiedEntries::require_extends(const Checkpoint& earlier, std::string_view name) const {
  const auto refuse_log = [&](std::string what) {
    throw base::Error(base::ExitCode::check_failed, std::move(what), ledger_.string());
  };
  if (earlier.origin != checkpoint_.origin)
    refuse_log(fmt::format("{} is of another log: {}", name, earlier.origin));
  if (earlier.size > checkpoint_.size) {
    refuse_log(fmt::format("the log was rolled back: {} has {} entries and it has {}", name,
                           earlier.size, checkpoint_.size));
  }
  const Subtree own = [this](std::uint64_t first, unsigned height) {
    return subtree(first, height);
  };
  if (root_of(own, earlier.size) != earlier.root)
    refuse_log(fmt::format("the first {} entries are not those of {}", earlier.size, name));
}

void VerifiedEntries::refuse(std::uint64_t index, std::string what) const {
  throw base::Error(base::ExitCode::check_failed, std::move(what), line_place(ledger_, index));
}

// Finds the line by the stored leaves of its block, where they are those that were signed.
void VerifiedEntries::refuse(const Block& block) const {
  const std::uint64_t number = block.begin.index / kBlockEntries;
  const bool whole = (number + 1) * kBlockEntries <= checkpoint_.size;
  std::optional<std::vector<base::Sha256>> expected;
  if (!whole) {
    expected = tree_.leaves();
  } else {
    expected = stored_.read(0, block.begin.index, kBlockEntries);
    if (expected &&
        tree_hash(*expected) != blocks_of(number / kSegmentBlocks)[number % kSegmentBlocks])
      expected.reset();
  }
  if (expected) {
    for (std::size_t i = 0; i < expected->size(); ++i) {
      if (i == block.lines.size()) refuse_end(block.end.index);
      if (leaf_hash(block.lines[i]) != (*expected)[i])
        refuse(block.begin.index + i, std::string(kNotSigned));
    }
  }
  Order order;
  for (std::size_t i = 0; i < block.lines.size(); ++i) {
    if (auto fault = order.fault_of(block.begin.index + i, common_members(block.lines[i])))
      refuse(block.begin.index + i, std::move(*fault));
  }
  refuse(block.begin.index,
         fmt::format("one of the entries {} to {} is not the one that was signed",
                     block.begin.index, block.begin.index + kBlockEntries - 1));
}

void VerifiedEntries::refuse_end(std::uint64_t found) const {
  refuse(found,
         fmt::format("the log ends after {} entries and its checkpoint covers {}: it was cut",
                     found, checkpoint_.size));
}

bool VerifiedEntries::stored_leaves_are_signed() const {
  Frontier frontier;
  while (frontier.size() < checkpoint_.size) {
    const auto leaves = stored_.read(0, frontier.size(),
                                     std::min(kBlockEntries, checkpoint_.size - frontier.size()));
    if (!leaves) return false;
    for (const base::Sha256& leaf : *leaves) frontier.push(leaf);
  }
  return frontier.root() == checkpoint_.root;
}

// Of a log that does not have the signed root: by the stored leaves if these have it, else by what
// every line says of itself.
void VerifiedEntries::refuse_all(std::uint64_t found) const {
  const bool by_leaves = stored_leaves_are_signed();
  Order order;
  read_blocks(ledger_, {}, checkpoint_.size, [&](const Block& block) {
    const auto leaves =
        by_leaves ? stored_.read(0, block.begin.index, block.lines.size()) : std::nullopt;
    for (std::size_t i = 0; i < block.lines.size(); ++i) {
      const std::uint64_t index = block.begin.index + i;
      if (leaves && leaf_hash(block.lines[i]) != (*leaves)[i])
        refuse(index, std::string(kNotSigned));
      if (auto fault = order.fault_of(index, common_members(block.lines[i])); fault && !by_leaves)
        refuse(index, std::move(*fault));
    }
    return true;
  });
  if (found < checkpoint_.size) refuse_end(found);
  throw base::Error(base::ExitCode::check_failed,
                    "the entries do not have the root that the checkpoint signs: an entry was "
                    "changed",
                    ledger_.string());
}

}  // namespace proviso::ledger
