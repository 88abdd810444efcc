// The compiled file, to the byte; FORMAT.md tells it in words. Little endian throughout.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace proviso::index {

static_assert(std::endian::native == std::endian::little, "the mapped tables are little endian");

constexpr std::string_view kMagic = "PVINDEX1";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kBlockBytes = 64 * 1024;       // one digest a block
constexpr std::uint64_t kPageBytes = 4096;             // the data begins on a page
constexpr std::uint64_t kSignatureBytes = 64;          // Ed25519
constexpr std::uint64_t kMaxMetaBytes = 1u << 20;
constexpr std::uint64_t kMaxFileBytes = 1ull << 40;
constexpr std::uint32_t kPrefixes = 65'537;            // starts by the first 16 bits, and the end
constexpr int kSlots = 16;                             // of 16 bits each, of a PDQ hash

// The first 64 bytes. Behind it: meta (RFC 8785 JSON), block digests (32 bytes each), signature, zeros up to a page, data.
struct Prefix {
  char magic[8];
  std::uint32_t version;
  std::uint32_t reserved;
  std::uint64_t meta_bytes;
  std::uint64_t blocks;
  std::uint64_t signature_bytes;     // 0 or 64
  std::uint64_t data_offset;
  std::uint64_t data_bytes;
  std::uint64_t reserved_2;
};
static_assert(sizeof(Prefix) == 64);

// What is told of an entry beside its hash: places in the section's strings.
struct Info {
  std::uint32_t id_offset, label_offset;
  std::uint16_t id_bytes, label_bytes;
};
static_assert(sizeof(Info) == 12);

}  // namespace proviso::index
