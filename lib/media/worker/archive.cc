// Archives by libarchive: the formats and filters named here and no others (none that would run a program).
#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "media/worker/containers.h"

namespace proviso::media {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{64} << 10;
constexpr std::uint32_t kHeadersPerLeaf = 16;   // entries that are no files (directories, links) a leaf, and this many at least

struct Input {
  const base::ByteSource& source;
  std::uint64_t offset = 0;
  std::vector<std::byte> block = std::vector<std::byte>(kBlockBytes);
};

la_ssize_t read_block(archive*, void* opaque, const void** out) {
  auto& input = *static_cast<Input*>(opaque);
  const std::int64_t got = input.source.read_at(input.offset, input.block);
  if (got < 0) return ARCHIVE_FATAL;
  input.offset += static_cast<std::uint64_t>(got);
  *out = input.block.data();
  return static_cast<la_ssize_t>(got);
}

la_int64_t skip(archive*, void* opaque, la_int64_t count) {
  auto& input = *static_cast<Input*>(opaque);
  const std::uint64_t left = input.source.size() - std::min(input.source.size(), input.offset);
  const std::uint64_t skipped = std::min(left, static_cast<std::uint64_t>(std::max<la_int64_t>(0, count)));
  input.offset += skipped;
  return static_cast<la_int64_t>(skipped);
}

la_int64_t seek(archive*, void* opaque, la_int64_t offset, int whence) {
  auto& input = *static_cast<Input*>(opaque);
  const auto size = static_cast<la_int64_t>(input.source.size());
  const la_int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? static_cast<la_int64_t>(input.offset) : size;
  if (offset < -from || offset > INT64_MAX - from) return ARCHIVE_FATAL;
  input.offset = static_cast<std::uint64_t>(from + offset);
  return static_cast<la_int64_t>(input.offset);
}

using Archive = std::unique_ptr<archive, decltype(&archive_read_free)>;

bool is_compressed_alone(const base::DetectedKind& kind) {
  return kind.format != "zip" && kind.format != "7z" && kind.format != "rar" && kind.format != "tar";
}

enum class As { archive, one_file };

Archive open(Input& input, const base::DetectedKind& kind, As as) {
  Archive reader(archive_read_new(), archive_read_free);
  if (!reader) return reader;
  input.offset = 0;
  for (const auto support : {archive_read_support_filter_gzip, archive_read_support_filter_bzip2, archive_read_support_filter_xz,
                             archive_read_support_filter_lzma, archive_read_support_filter_lzip, archive_read_support_filter_zstd,
                             archive_read_support_filter_lz4, archive_read_support_filter_compress}) {
    support(reader.get());
  }
  if (as == As::archive) {
    // ZIP by its local headers, from front to back: what the central directory leaves out, or a cut takes away, is seen.
    for (const auto support : {archive_read_support_format_zip_streamable, archive_read_support_format_7zip, archive_read_support_format_tar,
                               archive_read_support_format_rar, archive_read_support_format_rar5}) {
      support(reader.get());
    }
  }
  // One compressed file without an archive around it ("photo.jpg.gz").
  if (is_compressed_alone(kind)) archive_read_support_format_raw(reader.get());
  archive_read_set_read_callback(reader.get(), read_block);
  archive_read_set_skip_callback(reader.get(), skip);
  archive_read_set_seek_callback(reader.get(), seek);
  archive_read_set_callback_data(reader.get(), &input);
  if (archive_read_open1(reader.get()) != ARCHIVE_OK) reader.reset();
  return reader;
}

}  // namespace

Failure Containers::read_archive(const base::ByteSource& source, const base::DetectedKind& kind) {
  const Failure damaged{Status::decode_failed, "the archive is damaged or cut short"};
  Input input{source};
  Archive reader = open(input, kind, As::archive);
  if (!reader) return damaged;
  std::vector<std::byte> content;
  std::uint64_t headers = 0;
  for (;;) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(reader.get(), &entry);
    if (code == ARCHIVE_EOF && headers == 0 && is_compressed_alone(kind)) {
      // Zeros look like a tar archive that ends at once; they may hide what comes after.
      reader = open(input, kind, As::one_file);
      if (!reader) return damaged;
      ++headers;
      continue;
    }
    if (code == ARCHIVE_EOF) return {};
    if (code < ARCHIVE_WARN) {
      if (archive_read_has_encrypted_entries(reader.get()) > 0) return {Status::locked, "the archive's list of files is encrypted"};
      return damaged;
    }
    // Nothing was unpacked: the raw bytes would come back for ever.
    if (is_compressed_alone(kind) && archive_filter_count(reader.get()) < 2) return damaged;
    if (++headers > std::uint64_t{kHeadersPerLeaf} * request_.max_members) return {Status::too_large, "more entries inside than the limit"};
    if (archive_entry_hardlink(entry) != nullptr) continue;
    // What calls itself a directory or a device may hold a file all the same: its bytes decide.
    const bool named_file = archive_entry_filetype(entry) == AE_IFREG;
    if (archive_entry_is_encrypted(entry) != 0) {
      if (Failure failure = count_leaf(); !failure.ok()) return failure;
      locked(true);
      continue;
    }
    content.clear();
    bool whole = true;
    for (;;) {
      const std::size_t have = content.size();
      std::byte beyond[4096];
      whole = whole && have < request_.max_picture_bytes;
      if (whole) content.resize(static_cast<std::size_t>(std::min<std::uint64_t>(have + kBlockBytes, request_.max_picture_bytes)));
      const la_ssize_t got = whole ? archive_read_data(reader.get(), content.data() + have, content.size() - have)
                                   : archive_read_data(reader.get(), beyond, sizeof beyond);
      if (got < 0) {
        if (archive_read_has_encrypted_entries(reader.get()) > 0) return {Status::locked, "encrypted"};
        return damaged;
      }
      if (whole) content.resize(have + static_cast<std::size_t>(got));
      if (got == 0) break;
      if (Failure failure = expand(static_cast<std::uint64_t>(got)); !failure.ok()) return failure;
    }
    if (!whole && content.size() >= request_.max_picture_bytes) {
      if (Failure failure = count_leaf(); !failure.ok()) return failure;
      unread({Status::too_large, "more bytes than the limit"});
      continue;
    }
    if (content.empty() && !named_file) {
      if (archive_entry_filetype(entry) == AE_IFLNK || archive_entry_size(entry) <= 0) continue;
      if (Failure failure = count_leaf(); !failure.ok()) return failure;   // the library does not hand its bytes over
      unread({Status::decode_failed, "bytes under the name of something that is no file"});
      continue;
    }
    if (Failure failure = leaf(content); !failure.ok()) return failure;
  }
}

}  // namespace proviso::media
