#include "digest/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "base/page_buffer.h"

namespace proviso::digest {
namespace {

// Large enough that system calls cost nothing measurable, small enough for the second-level cache.
constexpr std::size_t kReadBytes = std::size_t{128} << 10;
// Large enough that starting a thread for a piece costs nothing measurable.
constexpr std::size_t kPieceBytes = std::size_t{4} << 20;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// Fetched once: EVP_sha256() and the like look the implementation up at each EVP_DigestInit_ex.
const EVP_MD* implementation(Type type) {
  static EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  static EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static EVP_MD* const sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  switch (type) {
    case Type::md5:
      return md5;
    case Type::sha1:
      return sha1;
    case Type::sha256:
      return sha256;
    case Type::sha512:
      return sha512;
  }
  return nullptr;
}

[[noreturn]] void no_digest(Type type) {
  throw base::Error(base::ExitCode::software,
                    std::string("OpenSSL does not compute ") + std::string(to_string(type)),
                    "digest");
}

Context start(Type type) {
  const EVP_MD* md = implementation(type);
  Context context(EVP_MD_CTX_new());
  if (md == nullptr || !context || EVP_DigestInit_ex2(context.get(), md, nullptr) != 1)
    no_digest(type);
  return context;
}

template <std::size_t N>
std::array<std::byte, N> end(EVP_MD_CTX* context, Type type) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> buffer{};
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context, buffer.data(), &size) != 1 || size != N) no_digest(type);
  std::array<std::byte, N> out;
  std::memcpy(out.data(), buffer.data(), N);
  return out;
}

}  // namespace

std::string_view to_string(Type type) {
  switch (type) {
    case Type::md5:
      return "md5";
    case Type::sha1:
      return "sha1";
    case Type::sha256:
      return "sha256";
    case Type::sha512:
      return "sha512";
  }
  return "";
}

std::optional<Type> parse_type(std::string_view name) {
  for (const Type type : {Type::md5, Type::sha1, Type::sha256, Type::sha512}) {
    if (name == to_string(type)) return type;
  }
  return std::nullopt;
}

struct Hasher::Impl {
  Context md5, sha1, sha256, sha512;
  std::uint64_t bytes = 0;
};

Hasher::Hasher(Wanted wanted) : impl_(std::make_unique<Impl>()) {
  if (wanted.md5) impl_->md5 = start(Type::md5);
  if (wanted.sha1) impl_->sha1 = start(Type::sha1);
  if (wanted.sha256) impl_->sha256 = start(Type::sha256);
  if (wanted.sha512) impl_->sha512 = start(Type::sha512);
}

Hasher::~Hasher() = default;

void Hasher::update(std::span<const std::byte> data) {
  const auto feed = [&](const Context& context, Type type) {
    if (context && EVP_DigestUpdate(context.get(), data.data(), data.size()) != 1) no_digest(type);
  };
  feed(impl_->md5, Type::md5);
  feed(impl_->sha1, Type::sha1);
  feed(impl_->sha256, Type::sha256);
  feed(impl_->sha512, Type::sha512);
  impl_->bytes += data.size();
}

Digests Hasher::finish() {
  Digests out;
  out.bytes = impl_->bytes;
  if (impl_->md5) out.md5 = end<16>(impl_->md5.get(), Type::md5);
  if (impl_->sha1) out.sha1 = end<20>(impl_->sha1.get(), Type::sha1);
  if (impl_->sha256) out.sha256 = end<32>(impl_->sha256.get(), Type::sha256);
  if (impl_->sha512) out.sha512 = end<64>(impl_->sha512.get(), Type::sha512);
  return out;
}

namespace {

// A file from its first byte on, piece by piece.
class Pieces {
 public:
  explicit Pieces(int fd) : fd_(fd) {}

  // Bytes read; 0 at the end.
  base::Result<std::size_t> next(std::span<std::byte> buffer) {
    for (;;) {
      const ssize_t got = ::pread(fd_, buffer.data(), buffer.size(), offset_);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0)
        return base::fail("content_unreadable",
                          std::string("cannot read the content: ") + std::strerror(errno), true);
      offset_ += got;
      return static_cast<std::size_t>(got);
    }
  }

 private:
  int fd_;
  off_t offset_ = 0;
};

// MD5 in a thread of its own, one piece behind the reading: it takes about as long as SHA-1 and
// SHA-256 with SHA-NI together.
base::Result<Digests> of_large_file(int fd, Wanted wanted) {
  Wanted one{wanted.md5, false, false, false}, others = wanted;
  others.md5 = false;
  Hasher md5(one), shas(others);
  Pieces pieces(fd);
  const base::PageBuffer buffers[2] = {base::PageBuffer(kPieceBytes),
                                       base::PageBuffer(kPieceBytes)};
  auto got = pieces.next(buffers[0].bytes());
  for (std::size_t turn = 0; got && *got != 0; turn ^= 1) {
    const std::span<const std::byte> piece = buffers[turn].bytes().first(*got);
    {
      const std::jthread apart([&] { md5.update(piece); });
      shas.update(piece);
      got = pieces.next(buffers[turn ^ 1].bytes());
    }
  }
  if (!got) return tl::make_unexpected(got.error());
  Digests out = shas.finish();
  out.md5 = md5.finish().md5;
  return out;
}

}  // namespace

base::Result<Digests> of_file(int fd, Wanted wanted, unsigned threads) {
  struct stat status {};
  const bool large =
      ::fstat(fd, &status) == 0 && status.st_size >= static_cast<off_t>(2 * kPieceBytes);
  if (threads > 1 && large && wanted.md5 && (wanted.sha1 || wanted.sha256 || wanted.sha512))
    return of_large_file(fd, wanted);
  thread_local const base::PageBuffer buffer(kReadBytes);
  Hasher hasher(wanted);
  Pieces pieces(fd);
  for (;;) {
    const auto got = pieces.next(buffer.bytes());
    if (!got) return tl::make_unexpected(got.error());
    if (*got == 0) return hasher.finish();
    hasher.update(buffer.bytes().first(*got));
  }
}

void prepare() {
  Hasher hasher({true, true, true, true});
  hasher.update({});
  static_cast<void>(hasher.finish());
}

}  // namespace proviso::digest
