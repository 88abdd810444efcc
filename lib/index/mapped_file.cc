#include "index/mapped_file.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "crypto/random.h"

namespace proviso::index {
namespace {

constexpr std::uint64_t kCheckAllBelow = 16u << 20;  // smaller data is checked whole at open

// If a mapped file is cut short, the next access raises SIGBUS. Nothing can be answered then, so
// the program says so and ends.
void on_bus_error(int) {
  constexpr char kText[] = "proviso: error: the index was truncated while it was mapped\n";
  static_cast<void>(!::write(2, kText, sizeof kText - 1));
  ::_exit(static_cast<int>(base::ExitCode::io));
}

void watch_bus_errors() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action {};
    action.sa_handler = on_bus_error;
    ::sigaction(SIGBUS, &action, nullptr);
  });
}

}  // namespace

void MappedFile::refuse(std::string what) const {
  throw base::Error(base::ExitCode::data, std::move(what), path_.string(),
                    "the file is damaged; rebuild it with 'proviso index build' or restore it");
}

MappedFile::MappedFile(std::filesystem::path path, const crypto::PublicKey* key,
                       bool require_signature)
    : path_(std::move(path)) {
  watch_bus_errors();
  if (::stat(path_.c_str(), &opened_) != 0) {
    throw base::Error(base::ExitCode::no_input, "no such index", path_.string(),
                      "make it with 'proviso index build'");
  }
  mapping_ = base::Mapping(path_);
  read_header(key, require_signature);
  if (data_.size() < kCheckAllBelow) ensure(0, data_.size());
}

void MappedFile::read_header(const crypto::PublicKey* key, bool require_signature) {
  const auto bytes = mapping_.bytes();
  Prefix prefix;
  if (bytes.size() < sizeof prefix) refuse("shorter than its header");
  std::memcpy(&prefix, bytes.data(), sizeof prefix);
  if (std::string_view(prefix.magic, sizeof prefix.magic) != kMagic)
    refuse("not a compiled index: the magic bytes differ");
  if (prefix.version != kVersion) {
    throw base::Error(
        base::ExitCode::config,
        fmt::format("index version {}; this program reads version {}", prefix.version, kVersion),
        path_.string(), "rebuild it with 'proviso index build'");
  }
  if (prefix.reserved != 0 || prefix.reserved_2 != 0)
    refuse("reserved bytes of the header are not zero");
  if (prefix.meta_bytes > kMaxMetaBytes || prefix.data_bytes > kMaxFileBytes ||
      prefix.blocks != (prefix.data_bytes + kBlockBytes - 1) / kBlockBytes ||
      (prefix.signature_bytes != 0 && prefix.signature_bytes != kSignatureBytes)) {
    refuse("sizes of the header are out of bounds");
  }
  const std::uint64_t covered_bytes = sizeof prefix + prefix.meta_bytes + prefix.blocks * 32;
  const std::uint64_t head = covered_bytes + prefix.signature_bytes;
  if (prefix.data_offset != aligned(head, kPageBytes) ||
      bytes.size() != prefix.data_offset + prefix.data_bytes) {
    refuse(fmt::format("the file has {} bytes and its header says {}", bytes.size(),
                       prefix.data_offset + prefix.data_bytes));
  }
  for (std::uint64_t at = head; at < prefix.data_offset; ++at) {
    if (bytes[at] != std::byte{0}) refuse("padding is not zero");
  }
  const std::string_view covered = base::as_text(bytes.first(covered_bytes));
  signed_ = prefix.signature_bytes != 0;
  if (!signed_ && require_signature) {
    throw base::Error(base::ExitCode::no_permission,
                      "the index is not signed, and the policy asks for a signature",
                      path_.string(), "build it with --sign-key");
  }
  if (signed_ && key != nullptr &&
      !key->verify(covered, bytes.subspan(covered_bytes, kSignatureBytes))) {
    throw base::Error(base::ExitCode::no_permission,
                      "the signature is not of the policy's index key", path_.string());
  }
  digest_ = crypto::sha256_hex(covered);
  blocks_ = bytes.subspan(sizeof prefix + prefix.meta_bytes, prefix.blocks * 32);
  data_ = bytes.subspan(prefix.data_offset, prefix.data_bytes);
  checked_ = std::make_unique<std::atomic<bool>[]>(prefix.blocks);
  meta_ = json::parse(covered.substr(sizeof prefix, prefix.meta_bytes), path_.string());
}

bool MappedFile::block_is_right(std::uint64_t block) const {
  const std::uint64_t from = block * kBlockBytes;
  const auto bytes = data_.subspan(from, std::min<std::uint64_t>(kBlockBytes, data_.size() - from));
  const base::Sha256 now = crypto::sha256(bytes);
  return std::equal(now.begin(), now.end(),
                    blocks_.begin() + static_cast<std::ptrdiff_t>(block * 32));
}

void MappedFile::check(std::uint64_t block) const {
  if (!block_is_right(block)) refuse(fmt::format("block {}: checksum differs", block));
  checked_[block].store(true, std::memory_order_relaxed);
}

std::optional<std::string> MappedFile::flaw() const {
  for (std::uint64_t block = 0; block < blocks_.size() / 32; ++block) {
    if (!block_is_right(block)) return fmt::format("block {}: checksum differs", block);
  }
  return std::nullopt;
}

bool MappedFile::replaced() const {
  struct stat now {};
  if (::stat(path_.c_str(), &now) != 0)
    return false;  // between unlink and rename: go on with what is mapped
  return now.st_ino != opened_.st_ino || now.st_dev != opened_.st_dev ||
         now.st_mtime != opened_.st_mtime || now.st_size != opened_.st_size;
}

}  // namespace proviso::index
