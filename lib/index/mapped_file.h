// The mapped file: checks header and signature, and each block of data before its first use.
// Private to this room.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/file.h"
#include "crypto/keys.h"
#include "index/layout.h"
#include "json/json.h"

namespace proviso::index {

struct Region {
  std::uint64_t offset = 0, bytes = 0;  // in the data
};

class MappedFile {
 public:
  // Error(no_input) if it is missing, Error(data) if it is not an index or damaged, Error(config)
  // for another version, Error(no_permission) for a wrong or missing signature.
  MappedFile(std::filesystem::path, const crypto::PublicKey* key, bool require_signature);

  const json::Json& meta() const { return meta_; }
  const std::string& digest() const { return digest_; }
  bool is_signed() const { return signed_; }
  std::uint64_t size() const { return mapping_.bytes().size(); }
  std::uint64_t data_bytes() const { return data_.size(); }
  const std::filesystem::path& path() const { return path_; }
  bool replaced() const;

  // Checks the blocks of the range that were not checked before. Error(data) if one is wrong.
  void ensure(std::uint64_t offset, std::uint64_t bytes) const {
    if (bytes == 0) return;
    for (std::uint64_t block = offset / kBlockBytes; block <= (offset + bytes - 1) / kBlockBytes;
         ++block) {
      if (!checked_[block].load(std::memory_order_relaxed)) check(block);
    }
  }
  void ensure(const Region& region) const { ensure(region.offset, region.bytes); }
  std::optional<std::string> flaw() const;  // checks all blocks again; the first that is wrong

  // The region's bytes, not checked yet: call ensure() before each use.
  std::span<const std::byte> bytes(const Region& region) const {
    return data_.subspan(region.offset, region.bytes);
  }
  template <class T>
  std::span<const T> values(const Region& region) const {
    return {reinterpret_cast<const T*>(data_.data() + region.offset), region.bytes / sizeof(T)};
  }
  template <class T>
  T load(const Region& region, std::uint64_t index) const {
    const std::uint64_t at = region.offset + index * sizeof(T);
    ensure(at, sizeof(T));
    T value;
    std::memcpy(&value, data_.data() + at, sizeof value);
    return value;
  }
  [[noreturn]] void refuse(std::string what) const;

 private:
  void read_header(const crypto::PublicKey* key, bool require_signature);
  void check(std::uint64_t block) const;
  bool block_is_right(std::uint64_t block) const;

  std::filesystem::path path_;
  base::Mapping mapping_;
  struct stat opened_ {};
  std::string digest_;
  bool signed_ = false;
  json::Json meta_;
  std::span<const std::byte> blocks_;  // digests, 32 bytes each
  std::span<const std::byte> data_;
  std::unique_ptr<std::atomic<bool>[]> checked_;
};

}  // namespace proviso::index
