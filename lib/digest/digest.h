// Cryptographic digests of files and streams, all in one read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace proviso::digest {

enum class Type { md5, sha1, sha256, sha512 };
std::string_view to_string(Type);  // "md5", "sha1", "sha256", "sha512"
std::optional<Type> parse_type(std::string_view);
constexpr std::size_t size_of(Type t) {
  return t == Type::md5 ? 16 : t == Type::sha1 ? 20 : t == Type::sha256 ? 32 : 64;
}

struct Wanted {
  bool md5 = false, sha1 = false, sha256 = true, sha512 = false;
};

struct Digests {
  std::uint64_t bytes = 0;
  std::optional<std::array<std::byte, 16>> md5;
  std::optional<std::array<std::byte, 20>> sha1;
  std::optional<std::array<std::byte, 32>> sha256;
  std::optional<std::array<std::byte, 64>> sha512;
};

class Hasher {
 public:
  explicit Hasher(Wanted);
  ~Hasher();
  void update(std::span<const std::byte>);
  Digests finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Reads `fd` from offset 0 to its end (pread), once. With more than one of `threads`, MD5 and the
// SHAs of a large file are computed in parallel; each piece is read once. Item error
// content_unreadable (retryable).
base::Result<Digests> of_file(int fd, Wanted, unsigned threads = 1);

// Looks up every implementation, so that no file is opened for it later. For a process that will be
// confined.
void prepare();

}  // namespace proviso::digest
