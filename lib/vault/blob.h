// Blob files: the sealed content of a case. Format: FORMAT.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/file.h"
#include "base/ids.h"

namespace proviso::vault {

constexpr std::size_t kBlobHeaderBytes = 64;
constexpr std::uint32_t kBlobVersion = 1;
constexpr std::string_view kBlobMagic{"PVBLOB1\0", 8};

enum class BlobPart : std::uint32_t { content = 0, evidence = 1 };

// The bytes that the file must hold; with others it is content_changed.
struct BlobPin {
  std::uint64_t bytes = 0;
  std::string sha256;  // hex
};

struct BlobWritten {
  std::uint64_t bytes = 0;    // plain
  std::string sha256;         // of the plain bytes, hex
  std::string sealed_sha256;  // of the file, hex
};

// A new random file name in blobs/.
std::string new_blob_name();

// Reads `content_fd` once from offset 0, hashing and sealing on the way; the blob is synced when
// this returns, its directory is not. On an item error (content_changed, content_unreadable) no
// file is left. Error(io) when the vault cannot be written.
base::Result<BlobWritten> write_blob(int blobs_fd, const std::string& name, int content_fd,
                                     const base::CaseId&, BlobPart, const base::SecretBytes& key,
                                     const std::optional<BlobPin>& pin);

// SHA-256 (hex) of the file; nullopt if it is missing. Error(io).
std::optional<std::string> blob_digest(int blobs_fd, const std::string& name);

// Opens chunk by chunk; writes nothing of a chunk before it has authenticated that chunk.
// Error(data) for a file that is cut, changed, of another case or of a newer version.
void read_blob_file(int blobs_fd, const std::string& name, const base::CaseId&, BlobPart,
                    const base::SecretBytes& key,
                    const std::function<void(std::span<const std::byte>)>& write);

// Overwrites with zeros, syncs and unlinks; symbolic links and other odd files are unlinked only.
// False if it does not exist.
bool destroy_blob(int blobs_fd, const std::string& name);

}  // namespace proviso::vault
