// A compiled index as anyone may hand it over: the input is the file. Its digests and lengths are
// mended first, so that what lies behind the checksums is reached: a file whose builder was
// hostile, or wrong.
#include <openssl/sha.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/file.h"
#include "index/index.h"
#include "index/layout.h"

using namespace proviso;

namespace {

std::string named_file() {
  std::string made = "/tmp/proviso-fuzz-XXXXXX";
  const int fd = ::mkstemp(made.data());
  if (fd < 0) std::abort();
  ::close(fd);
  return made;
}

// The digests of the blocks as they are now; the rest stays as it came.
void mend(std::string& file) {
  index::Prefix prefix;
  if (file.size() < sizeof prefix) return;
  std::memcpy(&prefix, file.data(), sizeof prefix);
  if (prefix.data_offset > file.size() || prefix.meta_bytes > file.size()) return;
  prefix.data_bytes = file.size() - prefix.data_offset;
  const std::uint64_t blocks = (prefix.data_bytes + index::kBlockBytes - 1) / index::kBlockBytes;
  const std::uint64_t digests = sizeof prefix + prefix.meta_bytes;
  if (prefix.blocks != blocks || digests + blocks * 32 > prefix.data_offset) return;
  std::memcpy(file.data(), &prefix, sizeof prefix);
  for (std::uint64_t block = 0; block < blocks; ++block) {
    const std::uint64_t from = prefix.data_offset + block * index::kBlockBytes;
    SHA256(reinterpret_cast<const unsigned char*>(file.data() + from),
           std::min<std::size_t>(index::kBlockBytes, file.size() - from),
           reinterpret_cast<unsigned char*>(file.data() + digests + block * 32));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path = named_file();
  std::string file(reinterpret_cast<const char*>(data), size);
  mend(file);
  base::write_file_atomically(path, file);
  try {
    const index::Index index = index::Index::open(path, nullptr, false);
    std::vector<index::Hit> hits;
    std::vector<index::VideoHit> videos;
    for (std::uint8_t seed : {std::uint8_t{0}, std::uint8_t{0x5a}, std::uint8_t{0xff}}) {
      std::array<std::byte, 32> digest;
      digest.fill(static_cast<std::byte>(seed));
      pdq::Hash hash;
      std::memcpy(hash.words.data(), digest.data(), digest.size());
      try {
        index.find_exact(digest::Type::md5, std::span(digest).first(16), {}, hits);
        index.find_exact(digest::Type::sha1, std::span(digest).first(20), {}, hits);
        index.find_exact(digest::Type::sha256, digest, {}, hits);
        index.find_pdq(hash, 31, {}, hits);
        index.find_vpdq(std::span(&hash, 1), 31, {}, videos);
      } catch (const base::Error&) {
        // Refused at its use.
      }
    }
    static_cast<void>(index.verify());
    for (std::uint32_t section = 0; section < index.sections().size(); ++section)
      index.for_each(section, [](const index::StoredEntry&) {});
  } catch (const base::Error&) {
    // Refused at open, or while it was walked.
  }
  return 0;
}
