#include "report/package.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cstddef>
#include <memory>

#include "base/error.h"
#include "crypto/cms.h"
#include "crypto/random.h"

namespace proviso::report {

namespace {

struct ArchiveFree {
  void operator()(archive* object) const noexcept { archive_write_free(object); }
};
struct EntryFree {
  void operator()(archive_entry* object) const noexcept { archive_entry_free(object); }
};

void require(int status, archive* writer, const char* what) {
  if (status == ARCHIVE_OK) return;
  const char* reason = archive_error_string(writer);
  throw base::Error(
      base::ExitCode::software,
      fmt::format("zip: {}: {}", what, reason != nullptr ? reason : "no reason given"));
}

la_ssize_t append(archive*, void* out, const void* data, std::size_t size) {
  auto& bytes = *static_cast<base::Bytes*>(out);
  const auto* from = static_cast<const std::byte*>(data);
  bytes.insert(bytes.end(), from, from + size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

std::string sha256sums(const std::vector<PackageFile>& files) {
  std::string text;
  for (const PackageFile& file : files)
    text += fmt::format("{}  {}\n", base::to_hex(crypto::sha256(file.bytes)), file.name);
  return text;
}

base::Bytes zip(const std::vector<PackageFile>& files, base::Instant at) {
  base::Bytes out;
  const std::unique_ptr<archive, ArchiveFree> writer(archive_write_new());
  if (!writer) throw std::bad_alloc();
  require(archive_write_set_format_zip(writer.get()), writer.get(), "format");
  require(archive_write_zip_set_compression_deflate(writer.get()), writer.get(), "compression");
  require(archive_write_open(writer.get(), &out, nullptr, append, nullptr), writer.get(), "open");
  for (const PackageFile& file : files) {
    const std::unique_ptr<archive_entry, EntryFree> entry(archive_entry_new());
    if (!entry) throw std::bad_alloc();
    archive_entry_set_pathname(entry.get(), file.name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.bytes.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0600);
    archive_entry_set_uid(entry.get(), 0);
    archive_entry_set_gid(entry.get(), 0);
    archive_entry_set_mtime(entry.get(), at.seconds, 0);
    require(archive_write_header(writer.get(), entry.get()), writer.get(), file.name.c_str());
    if (archive_write_data(writer.get(), file.bytes.data(), file.bytes.size()) !=
        static_cast<la_ssize_t>(file.bytes.size())) {
      require(ARCHIVE_FATAL, writer.get(), file.name.c_str());
    }
  }
  require(archive_write_close(writer.get()), writer.get(), "close");
  return out;
}

base::Bytes sign_and_seal(std::span<const std::byte> zip, const crypto::PrivateKey& signer,
                          const crypto::Certificate& signer_certificate,
                          const crypto::Certificate& recipient) {
  return crypto::seal(crypto::sign_attached(zip, signer, signer_certificate), {&recipient});
}

}  // namespace proviso::report
