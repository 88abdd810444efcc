// Archives by libarchive: the formats and filters named here and no others (none that would run a
// program).
#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <vector>

#include "base/bytes.h"
#include "digest/digest.h"
#include "media/worker/containers.h"

namespace proviso::media {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{64} << 10;
constexpr std::uint32_t kHeadersPerLeaf =
    16;  // entries that are not files (directories, links) for each leaf, and at least this many

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
  const std::uint64_t skipped =
      std::min(left, static_cast<std::uint64_t>(std::max<la_int64_t>(0, count)));
  input.offset += skipped;
  return static_cast<la_int64_t>(skipped);
}

la_int64_t seek(archive*, void* opaque, la_int64_t offset, int whence) {
  auto& input = *static_cast<Input*>(opaque);
  const auto size = static_cast<la_int64_t>(input.source.size());
  const la_int64_t from = whence == SEEK_SET   ? 0
                          : whence == SEEK_CUR ? static_cast<la_int64_t>(input.offset)
                                               : size;
  if (offset < -from || offset > INT64_MAX - from) return ARCHIVE_FATAL;
  input.offset = static_cast<std::uint64_t>(from + offset);
  return static_cast<la_int64_t>(input.offset);
}

using base::ContentKind;
using Archive = std::unique_ptr<archive, decltype(&archive_read_free)>;

bool is_compressed_alone(const base::DetectedKind& kind) {
  return kind.format != "zip" && kind.format != "7z" && kind.format != "rar" &&
         kind.format != "tar";
}

enum class As { archive, zip_by_directory, one_file };

Archive open(Input& input, const base::DetectedKind& kind, As as) {
  Archive reader(archive_read_new(), archive_read_free);
  if (!reader) return reader;
  input.offset = 0;
  for (const auto support :
       {archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
        archive_read_support_filter_xz, archive_read_support_filter_lzma,
        archive_read_support_filter_lzip, archive_read_support_filter_zstd,
        archive_read_support_filter_lz4, archive_read_support_filter_compress}) {
    support(reader.get());
  }
  if (as == As::zip_by_directory) archive_read_support_format_zip_seekable(reader.get());
  if (as == As::archive) {
    // Reads a ZIP by its local headers first, from front to back: this finds what the central
    // directory leaves out, or lost when the file was cut.
    for (const auto support : {archive_read_support_format_zip_streamable,
                               archive_read_support_format_7zip, archive_read_support_format_tar,
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

// One pass over the entries of an archive. A ZIP has two: programs that unpack it use its
// directory, which may name files that reading from front to back does not find (behind a false
// directory, inside of what another entry stores). What both see is read once.
struct Containers::Entries {
  Containers& containers;
  const base::DetectedKind& kind;
  bool again = false;                          // the second pass
  std::set<std::array<std::byte, 32>> seen{};  // SHA-256 of each content
  std::uint64_t encrypted_before = 0, encrypted = 0, headers = 0;

  static Failure damaged() {
    return {Status::decode_failed, "the archive is damaged or cut short"};
  }

  Failure unread(const Failure& why) {
    if (Failure failure = containers.count_leaf(); !failure.ok()) return failure;
    containers.unread(why);
    return {};
  }

  struct Content {
    std::vector<std::byte> bytes;
    bool whole = true, sound = true;
  };

  // ok: `content` is what could be read of it, and the next entry can be read.
  Failure unpack(archive& reader, Content& content) {
    const std::uint64_t most = containers.request_.max_picture_bytes;
    content.bytes.clear();
    content.whole = content.sound = true;
    for (;;) {
      const std::size_t have = content.bytes.size();
      std::byte beyond[4096];
      content.whole = content.whole && have < most;
      if (content.whole)
        content.bytes.resize(
            static_cast<std::size_t>(std::min<std::uint64_t>(have + kBlockBytes, most)));
      const la_ssize_t got = content.whole ? archive_read_data(&reader, content.bytes.data() + have,
                                                               content.bytes.size() - have)
                                           : archive_read_data(&reader, beyond, sizeof beyond);
      if (content.whole)
        content.bytes.resize(have + static_cast<std::size_t>(std::max<la_ssize_t>(0, got)));
      if (got < 0) {
        if (archive_read_has_encrypted_entries(&reader) > 0) return {Status::locked, "encrypted"};
        if (got <= ARCHIVE_FATAL) return damaged();
        content.sound = false;  // this entry alone
        return {};
      }
      if (got == 0) return {};
      if (Failure failure = containers.expand(static_cast<std::uint64_t>(got)); !failure.ok())
        return failure;
    }
  }

  // An entry that calls itself a link, and has no bytes of its own.
  Failure link(archive_entry& entry) {
    if (kind.format == "zip" && again)
      return {};  // from front to back it was a file: its target was looked at
    if (kind.format == "tar" || is_compressed_alone(kind))
      return {};  // in tar archives the target is in the header
    const char* const target = archive_entry_symlink(&entry);
    const base::MemorySource source(base::as_bytes(target == nullptr ? "" : target));
    const auto told = base::detect_kind_of(source);
    if (kind.format != "zip" && told && told->kind == ContentKind::text) return {};
    return unread({Status::decode_failed, "bytes that call themselves the target of a link"});
  }

  Failure entry(archive& reader, archive_entry& entry, Content& content) {
    if (archive_entry_is_encrypted(&entry) != 0) {
      if (++encrypted <= encrypted_before) return {};
      if (Failure failure = containers.count_leaf(); !failure.ok()) return failure;
      containers.locked(true);
      return {};
    }
    if (Failure failure = unpack(reader, content); !failure.ok()) return failure;
    if (kind.format == "zip" && !seen.insert(sha256(content.bytes)).second && again) return {};
    if (!content.sound) {
      if (Failure failure = unread(damaged()); !failure.ok()) return failure;
    }
    if (!content.whole && content.bytes.size() >= containers.request_.max_picture_bytes)
      return unread({Status::too_large, "more bytes than the limit"});
    if (!content.bytes.empty()) return containers.leaf(content.bytes);
    if (!content.sound || archive_entry_hardlink(&entry) != nullptr) return {};
    if (archive_entry_filetype(&entry) == AE_IFREG) return containers.leaf(content.bytes);
    // What calls itself a directory or a device may hold a file all the same: its bytes decide.
    if (archive_entry_filetype(&entry) == AE_IFLNK) return link(entry);
    if (archive_entry_size(&entry) <= 0) return {};
    return unread({Status::decode_failed,
                   "bytes under the name of something that is no file"});  // the library does not
                                                                           // hand them over
  }

  static std::array<std::byte, 32> sha256(std::span<const std::byte> bytes) {
    digest::Hasher hasher({false, false, true, false});
    hasher.update(bytes);
    return *hasher.finish().sha256;
  }

  Failure read(Input& input, As as) {
    Archive reader = open(input, kind, as);
    if (!reader) return damaged();
    Content content;
    headers = 0;
    for (;;) {
      archive_entry* next = nullptr;
      const int code = archive_read_next_header(reader.get(), &next);
      if (code == ARCHIVE_EOF && headers == 0 && is_compressed_alone(kind)) {
        // Zeros look like a tar archive that ends at once; they may hide what comes after.
        reader = open(input, kind, As::one_file);
        if (!reader) return damaged();
        ++headers;
        continue;
      }
      if (code == ARCHIVE_EOF) return {};
      if (code < ARCHIVE_WARN) {
        if (archive_read_has_encrypted_entries(reader.get()) > 0)
          return {Status::locked, "the archive's list of files is encrypted"};
        return damaged();
      }
      // Nothing was unpacked: the same raw bytes would come again without end.
      if (is_compressed_alone(kind) && archive_filter_count(reader.get()) < 2) return damaged();
      if (++headers > std::uint64_t{kHeadersPerLeaf} * containers.request_.max_members)
        return {Status::too_large, "more entries inside than the limit"};
      if (Failure failure = entry(*reader, *next, content); !failure.ok()) return failure;
    }
  }
};

Failure Containers::read_archive(const base::ByteSource& source, const base::DetectedKind& kind) {
  Input input{source};
  Entries entries{*this, kind};
  Failure first = entries.read(input, As::archive);
  if (kind.format != "zip" || first.status == Status::too_large) return first;
  entries.again = true;
  entries.encrypted_before = entries.encrypted;
  entries.encrypted = 0;
  const std::uint64_t expanded = expanded_;
  Failure second = entries.read(input, As::zip_by_directory);
  expanded_ = expanded;                                   // what was unpacked twice counts once
  if (!first.ok() || entries.headers == 0) return first;  // there is no directory to read
  return second;
}

}  // namespace proviso::media
