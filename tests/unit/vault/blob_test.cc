#include "vault/blob.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "crypto/random.h"

using namespace proviso;
using namespace proviso::vault;

namespace {

// lib/vault/FORMAT.md's example; made with AESGCM of the Python package cryptography 48.0.
constexpr std::string_view kExample =
    "5056424c4f4231000100000000000100000102030405060708090a0b0c0d0e0f000000000000000000000000000000"
    "000000000000000000000000000000"
    "000045a4d08a2d875f14e6afdfd5f322e311dde37bb8bcbe9ec7";

struct Folder {
  std::filesystem::path path;
  base::UniqueFd fd;
  base::CaseId id{"000102030405060708090a0b0c0d0e0f"};
  base::SecretBytes key{32};

  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-blob-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    fd = base::open_directory(path);
    for (std::size_t i = 0; i < 32; ++i) key.span()[i] = static_cast<std::byte>(i);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  base::UniqueFd content(const std::string& bytes) const {
    std::ofstream(path / "content", std::ios::binary) << bytes;
    return base::UniqueFd(::open((path / "content").c_str(), O_RDONLY | O_CLOEXEC));
  }
  base::Result<BlobWritten> write(const std::string& bytes) const {
    std::filesystem::remove(path / "blob");
    return write_blob(fd.get(), "blob", content(bytes).get(), id, BlobPart::content, key,
                      BlobPin{bytes.size(), crypto::sha256_hex(bytes)});
  }
  std::string read(BlobPart part = BlobPart::content) const {
    std::string bytes;
    read_blob_file(fd.get(), "blob", id, part, key,
                   [&](std::span<const std::byte> chunk) { bytes += base::as_text(chunk); });
    return bytes;
  }
  void replace(const std::string& bytes) const {
    std::ofstream(path / "blob", std::ios::binary) << bytes;
  }
};

}  // namespace

TEST_CASE("the format page's example is what is written and what is read") {
  Folder folder;
  const auto written = folder.write("Proviso\n");
  REQUIRE(written);
  CHECK(base::to_hex(base::as_bytes(base::read_file(folder.path / "blob"))) == kExample);
  CHECK(written->sealed_sha256 ==
        "0aaf46f8ca268b8c39a0ecad612bd504c69b744045bd9ceab03aa1eae2bedab9");
  CHECK(blob_digest(folder.fd.get(), "blob") == written->sealed_sha256);
  CHECK(folder.read() == "Proviso\n");
}

TEST_CASE(
    "content of every length around a chunk's end comes back, in the size that the format says") {
  Folder folder;
  for (const std::size_t size : {0u, 1u, 65535u, 65536u, 65537u, 131072u, 131073u}) {
    CAPTURE(size);
    const std::string bytes(size, 'x');
    REQUIRE(folder.write(bytes));
    const std::size_t chunks = size == 0 ? 1 : (size + 65535) / 65536;
    CHECK(std::filesystem::file_size(folder.path / "blob") == 64 + size + 16 * chunks);
    CHECK(folder.read() == bytes);
  }
}

TEST_CASE("any byte changed, a cut, a growth or another part is refused") {
  Folder folder;
  REQUIRE(folder.write("Proviso\n"));
  const std::string whole = base::read_file(folder.path / "blob");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    folder.replace(changed);
    CHECK_THROWS_AS(folder.read(), base::Error);
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    folder.replace(whole.substr(0, size));
    CHECK_THROWS_AS(folder.read(), base::Error);
  }
  folder.replace(whole + '\0');
  CHECK_THROWS_AS(folder.read(), base::Error);
  folder.replace(whole);
  CHECK_THROWS_AS(folder.read(BlobPart::evidence), base::Error);
  CHECK(folder.read() == "Proviso\n");
}

TEST_CASE("a blob cut at a chunk's border is refused") {
  Folder folder;
  REQUIRE(folder.write(std::string(131072, 'x')));
  const std::string whole = base::read_file(folder.path / "blob");
  folder.replace(whole.substr(0, 64 + 65552));
  CHECK_THROWS_AS(folder.read(), base::Error);
}

TEST_CASE("destroying a blob never follows a link") {
  Folder folder;
  base::write_new_file(folder.path / "target", "target");
  std::filesystem::create_symlink(folder.path / "target", folder.path / "link");
  CHECK(destroy_blob(folder.fd.get(), "link"));
  CHECK(base::read_file(folder.path / "target") == "target");
  CHECK_FALSE(std::filesystem::exists(folder.path / "link"));
  CHECK_FALSE(destroy_blob(folder.fd.get(), "link"));
}
