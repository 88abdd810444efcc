#include "vault/blob.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "crypto/chunked.h"
#include "crypto/random.h"
#include "digest/digest.h"

namespace proviso::vault {
namespace {

constexpr std::size_t kSealedChunkBytes = crypto::kChunkBytes + crypto::kChunkTagBytes;

void put_u32(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8)
    out.push_back(static_cast<char>((value >> shift) & 0xff));
}

std::string hex_of(const digest::Digests& digests) { return base::to_hex(*digests.sha256); }

digest::Hasher sha256_hasher() { return digest::Hasher(digest::Wanted{false, false, true}); }

std::string place(const std::string& name) { return "blob " + name; }

// Removes what was written unless kept: a blob that failed half way leaves nothing.
class HalfWritten {
 public:
  HalfWritten(int directory, const std::string& name) : directory_(directory), name_(name) {}
  HalfWritten(const HalfWritten&) = delete;
  HalfWritten& operator=(const HalfWritten&) = delete;
  ~HalfWritten() {
    if (!kept_) ::unlinkat(directory_, name_.c_str(), 0);
  }
  void keep() { kept_ = true; }

 private:
  int directory_;
  const std::string& name_;
  bool kept_ = false;
};

base::UniqueFd open_blob(int blobs_fd, const std::string& name) {
  base::UniqueFd fd(
      ::openat(blobs_fd, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd && errno != ENOENT) base::throw_errno(errno, "cannot open", place(name));
  return fd;
}

// The 64 bytes before the chunks; also the associated data of each chunk, so case, part and chunk
// size are authenticated.
std::string blob_header(const base::CaseId& id, BlobPart part) {
  std::array<std::byte, 16> raw{};
  if (!base::from_hex_exact(id.value, raw)) {
    throw base::Error(base::ExitCode::software, "is no case id, 32 hex digits were expected",
                      id.value);
  }
  std::string header(kBlobMagic);
  put_u32(header, kBlobVersion);
  put_u32(header, static_cast<std::uint32_t>(crypto::kChunkBytes));
  header.append(base::as_text(raw));
  put_u32(header, static_cast<std::uint32_t>(part));
  header.resize(kBlobHeaderBytes, '\0');
  return header;
}

}  // namespace

std::string new_blob_name() { return crypto::random_hex(16); }

base::Result<BlobWritten> write_blob(int blobs_fd, const std::string& name, int content_fd,
                                     const base::CaseId& id, BlobPart part,
                                     const base::SecretBytes& key,
                                     const std::optional<BlobPin>& pin) {
  base::UniqueFd out(
      ::openat(blobs_fd, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!out) base::throw_errno(errno, "cannot create", place(name), base::ExitCode::cannot_create);
  HalfWritten half(blobs_fd, name);

  const std::string header = blob_header(id, part);
  crypto::ChunkSealer sealer(key, header);
  digest::Hasher plain_hash = sha256_hasher();
  digest::Hasher sealed_hash = sha256_hasher();
  base::write_all(out.get(), header, place(name));
  sealed_hash.update(base::as_bytes(header));

  // One chunk is read ahead: the end of the file shows which chunk is the last.
  base::SecretBytes current(crypto::kChunkBytes), next(crypto::kChunkBytes);
  base::Bytes sealed;
  std::uint64_t offset = 0;
  std::int64_t have = base::read_at(content_fd, 0, current.span());
  for (bool last = false; !last;) {
    if (have < 0)
      return base::fail("content_unreadable", fmt::format("content: {}", std::strerror(errno)),
                        true);
    offset += static_cast<std::uint64_t>(have);
    if (pin && offset > pin->bytes)
      return base::fail("content_changed", "content: larger than when it was hashed");
    ssize_t ahead = 0;
    if (static_cast<std::size_t>(have) == crypto::kChunkBytes)
      ahead = base::read_at(content_fd, offset, next.span());
    if (ahead < 0)
      return base::fail("content_unreadable", fmt::format("content: {}", std::strerror(errno)),
                        true);
    last = ahead == 0;
    const auto plain =
        std::span<const std::byte>(current.span()).first(static_cast<std::size_t>(have));
    plain_hash.update(plain);
    sealed.clear();
    sealer.seal(plain, last, sealed);
    sealed_hash.update(sealed);
    base::write_all(out.get(), base::as_text(sealed), place(name));
    std::swap(current, next);
    have = ahead;
  }

  BlobWritten written{offset, hex_of(plain_hash.finish()), hex_of(sealed_hash.finish())};
  if (pin && (written.bytes != pin->bytes || written.sha256 != pin->sha256)) {
    return base::fail("content_changed", "content: not the bytes that were hashed");
  }
  base::sync(out.get(), place(name));
  half.keep();
  return written;
}

std::optional<std::string> blob_digest(int blobs_fd, const std::string& name) {
  const base::UniqueFd fd = open_blob(blobs_fd, name);
  if (!fd) return std::nullopt;
  base::Result<digest::Digests> digests =
      digest::of_file(fd.get(), digest::Wanted{false, false, true});
  if (!digests) throw base::Error(base::ExitCode::io, digests.error().message, place(name));
  return hex_of(*digests);
}

void read_blob_file(int blobs_fd, const std::string& name, const base::CaseId& id, BlobPart part,
                    const base::SecretBytes& key,
                    const std::function<void(std::span<const std::byte>)>& write) {
  const base::UniqueFd fd = open_blob(blobs_fd, name);
  if (!fd) throw base::Error(base::ExitCode::data, "is missing", place(name));
  const std::string expected = blob_header(id, part);
  std::array<std::byte, kBlobHeaderBytes> header{};
  const std::int64_t header_bytes = base::read_at(fd.get(), 0, header);
  if (header_bytes < 0) base::throw_errno(errno, "cannot read", place(name));
  const std::string_view text = base::as_text(header);
  if (static_cast<std::size_t>(header_bytes) != header.size() || text.substr(0, 8) != kBlobMagic) {
    throw base::Error(base::ExitCode::data, "is no blob", place(name));
  }
  if (text.substr(8, 4) != std::string_view(expected).substr(8, 4)) {
    throw base::Error(base::ExitCode::data,
                      "has a version that this program does not know, 1 was expected", place(name));
  }
  if (text != expected)
    throw base::Error(base::ExitCode::data, "its header is not that of this case", place(name));

  crypto::ChunkOpener opener(key, expected);
  base::Bytes current(kSealedChunkBytes), next(kSealedChunkBytes), plain;
  std::uint64_t offset = kBlobHeaderBytes;
  std::int64_t have = base::read_at(fd.get(), offset, current);
  for (bool last = false; !last;) {
    if (have < 0) base::throw_errno(errno, "cannot read", place(name));
    offset += static_cast<std::uint64_t>(have);
    ssize_t ahead = 0;
    if (static_cast<std::size_t>(have) == kSealedChunkBytes)
      ahead = base::read_at(fd.get(), offset, next);
    if (ahead < 0) base::throw_errno(errno, "cannot read", place(name));
    last = ahead == 0;
    if (static_cast<std::size_t>(have) < crypto::kChunkTagBytes) {
      throw base::Error(base::ExitCode::data, "is cut", place(name));
    }
    plain.clear();
    opener.open(std::span<const std::byte>(current).first(static_cast<std::size_t>(have)), last,
                plain);
    write(plain);
    if (!plain.empty()) ::explicit_bzero(plain.data(), plain.size());
    std::swap(current, next);
    have = ahead;
  }
}

bool destroy_blob(int blobs_fd, const std::string& name) {
  struct stat status {};
  if (::fstatat(blobs_fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return false;
    base::throw_errno(errno, "cannot look at", place(name));
  }
  if (S_ISREG(status.st_mode)) {
    const base::UniqueFd fd(
        ::openat(blobs_fd, name.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) base::throw_errno(errno, "cannot overwrite", place(name));
    const std::string zeros(crypto::kChunkBytes, '\0');
    for (std::uint64_t left = static_cast<std::uint64_t>(status.st_size); left > 0;) {
      const std::size_t part =
          static_cast<std::size_t>(std::min<std::uint64_t>(left, zeros.size()));
      base::write_all(fd.get(), std::string_view(zeros).substr(0, part), place(name));
      left -= part;
    }
    base::sync(fd.get(), place(name));
  }
  if (::unlinkat(blobs_fd, name.c_str(), 0) != 0 && errno != ENOENT)
    base::throw_errno(errno, "cannot remove", place(name));
  return true;
}

}  // namespace proviso::vault
