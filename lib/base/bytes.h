// Bytes, hex, and secrets in memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::base {

using Bytes = std::vector<std::byte>;

std::span<const std::byte> as_bytes(std::string_view);
std::string_view as_text(std::span<const std::byte>);

std::string to_hex(std::span<const std::byte>);   // lower case
std::optional<Bytes> from_hex(std::string_view);  // either case; even length
// Decodes hex of exactly out.size() bytes into `out`. False for any other length or character.
bool from_hex_exact(std::string_view text, std::span<std::byte> out);

// The lowest `size` bytes of a number (at most 8), the lowest first; and back, of at most 8 bytes.
void append_little_endian(std::string& out, std::uint64_t number, std::size_t size);
std::uint64_t little_endian(std::string_view bytes);

using Sha256 = std::array<std::byte, 32>;

// Secret bytes: locked in memory where the system allows it, wiped when destroyed, movable, never
// copied or printed.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size);  // zeros
  explicit SecretBytes(std::span<const std::byte> from);
  SecretBytes(SecretBytes&&) noexcept;
  SecretBytes& operator=(SecretBytes&&) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  std::span<std::byte> span() { return {data_, size_}; }
  std::span<const std::byte> span() const { return {data_, size_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  void release() noexcept;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace proviso::base
