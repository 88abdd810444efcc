// The compiled file, to the byte; FORMAT.md describes it in words. Little endian throughout.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "index/list.h"
#include "pdq/pdq_hash.h"

namespace proviso::index {

static_assert(std::endian::native == std::endian::little, "the mapped tables are little endian");

constexpr std::string_view kMagic = "PVINDEX1";
constexpr std::uint32_t kVersion = 2;
constexpr std::uint64_t kBlockBytes = std::uint64_t{64} * 1024;  // one digest a block
constexpr std::uint64_t kPageBytes = 4096;                       // the data begins on a page
constexpr std::uint64_t kAlign = 64;                             // a region begins on a cache line
constexpr std::uint64_t kSignatureBytes = 64;                    // Ed25519
constexpr std::uint64_t kMaxMetaBytes = 1u << 20;
constexpr std::uint64_t kMaxFileBytes = 1ull << 40;
constexpr std::uint64_t kMaxEntries = 0xffffffff;  // of a section

constexpr std::uint64_t aligned(std::uint64_t bytes, std::uint64_t to = kAlign) {
  return (bytes + to - 1) / to * to;
}

// The first 64 bytes. Behind it: meta (RFC 8785 JSON), block digests (32 bytes each), signature,
// zeros up to a page, data.
struct Prefix {
  char magic[8];
  std::uint32_t version;
  std::uint32_t reserved;
  std::uint64_t meta_bytes;
  std::uint64_t blocks;
  std::uint64_t signature_bytes;  // 0 or 64
  std::uint64_t data_offset;
  std::uint64_t data_bytes;
  std::uint64_t reserved_2;
};
static_assert(sizeof(Prefix) == 64);

constexpr std::uint16_t kSuspended = 1;  // of Info::flags; the others are zero

// The data of an entry beside its hash (in a section of frames: of a video).
struct Info {
  std::uint32_t id_offset;  // in the section's strings; if id_bytes is 0: the number of the line
  std::uint32_t label_offset;
  std::uint16_t id_bytes, label_bytes;
  std::uint16_t flags;
  std::uint16_t reserved;
};
static_assert(sizeof(Info) == 16);

// Exact hashes: starts by the first `bits` bits, as many as leave about eight entries to a start.
constexpr unsigned kMaxStartBits = 24;
constexpr unsigned start_bits(std::uint64_t entries) {
  const unsigned bits = static_cast<unsigned>(std::bit_width(entries / 8));
  return bits < kMaxStartBits ? bits : kMaxStartBits;
}

// The first `bits` bits of a digest, 0 to kMaxStartBits of them.
inline std::uint32_t prefix_of(const std::byte* digest, unsigned bits) {
  std::uint32_t first = 0;
  for (int i = 0; i < 4; ++i) first = first << 8 | std::to_integer<std::uint32_t>(digest[i]);
  return bits == 0 ? 0 : first >> (32 - bits);
}

// PDQ: 16 slots of 16 bits. A section under kScanBelow hashes has no table: a scan is as quick.
constexpr int kSlots = 16;
constexpr std::uint32_t kSlotStarts = 65'537;
constexpr std::uint64_t kScanBelow = 4096;
constexpr std::uint64_t kReadAhead =
    64;  // bytes behind the companions that a kernel may read, zeros

// The offsets of the three parts of a slot's table for `entries` hashes. The tables of the slots
// follow each other.
struct SlotLayout {
  std::uint64_t companions, numbers, bytes;
  constexpr explicit SlotLayout(std::uint64_t entries)
      : companions(aligned(std::uint64_t{kSlotStarts} * 4)),
        numbers(companions + aligned(entries * 2 + kReadAhead)),
        bytes(numbers + aligned(entries * 4)) {}
};
constexpr std::uint64_t slot_tables_bytes(std::uint64_t entries) {
  return entries < kScanBelow ? 0 : kSlots * SlotLayout(entries).bytes;
}

inline std::uint16_t slot_of(const pdq::Hash& hash, int slot) {
  return static_cast<std::uint16_t>(hash.words[static_cast<std::size_t>(slot / 4)] >>
                                    (48 - 16 * (slot % 4)));
}

}  // namespace proviso::index
