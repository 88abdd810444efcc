#include "digest/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cstring>
#include <vector>

namespace proviso::digest {
namespace {

// Large enough that the system calls do not show, small enough for the second-level cache.
constexpr std::size_t kReadBytes = std::size_t{256} << 10;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// Fetched once: EVP_sha256() and its kin look the implementation up again at each EVP_DigestInit_ex.
const EVP_MD* implementation(Type type) {
  static EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  static EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  switch (type) {
    case Type::md5:
      return md5;
    case Type::sha1:
      return sha1;
    case Type::sha256:
      return sha256;
  }
  return nullptr;
}

[[noreturn]] void no_digest(Type type) {
  throw base::Error(base::ExitCode::software,
                    std::string("OpenSSL does not compute ") + std::string(to_string(type)), "digest");
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
  }
  return "";
}

std::optional<Type> parse_type(std::string_view name) {
  for (const Type type : {Type::md5, Type::sha1, Type::sha256}) {
    if (name == to_string(type)) return type;
  }
  return std::nullopt;
}

struct Hasher::Impl {
  Context md5, sha1, sha256;
  std::uint64_t bytes = 0;
};

Hasher::Hasher(Wanted wanted) : impl_(std::make_unique<Impl>()) {
  if (wanted.md5) impl_->md5 = start(Type::md5);
  if (wanted.sha1) impl_->sha1 = start(Type::sha1);
  if (wanted.sha256) impl_->sha256 = start(Type::sha256);
}

Hasher::~Hasher() = default;

void Hasher::update(std::span<const std::byte> data) {
  const auto feed = [&](const Context& context, Type type) {
    if (context && EVP_DigestUpdate(context.get(), data.data(), data.size()) != 1) no_digest(type);
  };
  feed(impl_->md5, Type::md5);
  feed(impl_->sha1, Type::sha1);
  feed(impl_->sha256, Type::sha256);
  impl_->bytes += data.size();
}

Digests Hasher::finish() {
  Digests out;
  out.bytes = impl_->bytes;
  if (impl_->md5) out.md5 = end<16>(impl_->md5.get(), Type::md5);
  if (impl_->sha1) out.sha1 = end<20>(impl_->sha1.get(), Type::sha1);
  if (impl_->sha256) out.sha256 = end<32>(impl_->sha256.get(), Type::sha256);
  return out;
}

base::Result<Digests> of_file(int fd, Wanted wanted) {
  thread_local std::vector<std::byte> buffer(kReadBytes);
  Hasher hasher(wanted);
  off_t offset = 0;
  for (;;) {
    const ssize_t got = ::pread(fd, buffer.data(), buffer.size(), offset);
    if (got < 0) {
      if (errno == EINTR) continue;
      return base::fail("content_unreadable", std::string("cannot read the content: ") + std::strerror(errno),
                        true);
    }
    if (got == 0) break;
    hasher.update({buffer.data(), static_cast<std::size_t>(got)});
    offset += got;
  }
  return hasher.finish();
}

}  // namespace proviso::digest
