#include "ledger/stored_hashes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

namespace proviso::ledger {
namespace {

constexpr std::size_t kHashBytes = sizeof(base::Sha256);
constexpr std::size_t kFlushBytes = std::size_t{1} << 20;
constexpr std::uint64_t kBlockLeaves = std::uint64_t{1} << kBlockHeight;
constexpr std::uint64_t kSegmentBlocks = std::uint64_t{1} << (kSegmentHeight - kBlockHeight);

}  // namespace

StoredHashes::StoredHashes(const std::filesystem::path& ledger) : directory_(ledger / "hashes") {}

std::filesystem::path StoredHashes::path(unsigned height) const {
  return directory_ / std::to_string(height);
}

std::optional<std::vector<base::Sha256>> StoredHashes::read(unsigned height, std::uint64_t first,
                                                            std::uint64_t count) const {
  if (count == 0) return std::vector<base::Sha256>();
  const base::UniqueFd fd(
      ::open(path(height).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  // Compared before anything is allocated: a checkpoint may sign any size.
  if (static_cast<std::uint64_t>(status.st_size) / kHashBytes < first + count) return std::nullopt;
  std::vector<base::Sha256> hashes(count);
  const auto bytes = std::as_writable_bytes(std::span(hashes));
  if (base::read_at(fd.get(), first * kHashBytes, bytes) != static_cast<std::int64_t>(bytes.size()))
    return std::nullopt;
  return hashes;
}

void StoredHashes::put(unsigned height, std::uint64_t number, const base::Sha256& hash) {
  Pending& pending = pending_.at(height / 8);
  if (pending.first + pending.bytes.size() / kHashBytes != number ||
      pending.bytes.size() >= kFlushBytes) {
    write(height, pending);
    pending.first = number;
  }
  pending.bytes.insert(pending.bytes.end(), hash.begin(), hash.end());
}

void StoredHashes::flush() {
  for (unsigned i = 0; i < pending_.size(); ++i) write(i * 8, pending_.at(i));
}

void StoredHashes::write(unsigned height, Pending& pending) const {
  if (!pending.bytes.empty()) write_at(height, pending.first * kHashBytes, pending.bytes);
  pending.first += pending.bytes.size() / kHashBytes;
  pending.bytes.clear();
}

void StoredHashes::write_at(unsigned height, std::uint64_t offset,
                            std::span<const std::byte> bytes) const {
  const std::string where = path(height).string();
  constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  base::UniqueFd fd(::open(where.c_str(), kFlags, 0644));
  if (!fd && errno == ENOENT && ::mkdir(directory_.c_str(), 0755) == 0)  // an older ledger
    fd.reset(::open(where.c_str(), kFlags, 0644));
  // What cannot be written is computed again.
  [[maybe_unused]] const int failure = fd ? base::try_write_at(fd.get(), offset, bytes) : 0;
}

std::optional<Tree> Tree::load(const StoredHashes& stored, std::uint64_t size) {
  const std::uint64_t segments = size >> kSegmentHeight;
  const std::uint64_t blocks = size >> kBlockHeight;
  auto whole = stored.read(kSegmentHeight, 0, segments);
  if (!whole) return std::nullopt;
  auto behind =
      stored.read(kBlockHeight, segments * kSegmentBlocks, blocks - segments * kSegmentBlocks);
  if (!behind) return std::nullopt;
  auto last = stored.read(0, blocks * kBlockLeaves, size - blocks * kBlockLeaves);
  if (!last) return std::nullopt;
  Tree tree;
  tree.segments_ = std::move(*whole);
  tree.blocks_ = std::move(*behind);
  tree.leaves_ = std::move(*last);
  return tree;
}

void Tree::push(const base::Sha256& leaf, StoredHashes* stored) {
  const auto keep = [&](unsigned height, std::uint64_t number, const base::Sha256& hash) {
    if (stored != nullptr) stored->put(height, number, hash);
  };
  keep(0, size(), leaf);
  leaves_.push_back(leaf);
  if (leaves_.size() < kBlockLeaves) return;
  blocks_.push_back(tree_hash(leaves_));
  leaves_.clear();
  keep(kBlockHeight, segments_.size() * kSegmentBlocks + blocks_.size() - 1, blocks_.back());
  if (blocks_.size() < kSegmentBlocks) return;
  segments_.push_back(tree_hash(blocks_));  // of whole blocks: one more level of the same tree
  blocks_.clear();
  keep(kSegmentHeight, segments_.size() - 1, segments_.back());
}

std::uint64_t Tree::size() const {
  return ((segments_.size() * kSegmentBlocks + blocks_.size()) << kBlockHeight) + leaves_.size();
}

base::Sha256 Tree::root() const {
  Frontier frontier;
  for (const base::Sha256& hash : segments_) frontier.push(hash, kSegmentHeight);
  for (const base::Sha256& hash : blocks_) frontier.push(hash, kBlockHeight);
  for (const base::Sha256& hash : leaves_) frontier.push(hash);
  return frontier.root();
}

}  // namespace proviso::ledger
