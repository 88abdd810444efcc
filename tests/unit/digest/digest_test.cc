#include "digest/digest.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/file.h"

using namespace proviso;

namespace {

constexpr digest::Wanted kAll{true, true, true};

digest::Digests of_text(std::string_view text) {
  digest::Hasher hasher(kAll);
  hasher.update(base::as_bytes(text));
  return hasher.finish();
}

// A file without a name, so that nothing is left behind.
base::UniqueFd file_holding(std::string_view text) {
  std::string name = (std::filesystem::temp_directory_path() / "digest-XXXXXX").string();
  base::UniqueFd fd(::mkstemp(name.data()));
  REQUIRE(fd);
  ::unlink(name.c_str());
  base::write_all(fd.get(), text, name);
  return fd;
}

}  // namespace

TEST_CASE("digests of the empty message are those of the standards") {
  const auto d = of_text("");
  CHECK(d.bytes == 0);
  CHECK(base::to_hex(*d.md5) == "d41d8cd98f00b204e9800998ecf8427e");  // RFC 1321 A.5
  CHECK(base::to_hex(*d.sha1) ==
        "da39a3ee5e6b4b0d3255bfef95601890afd80709");  // FIPS 180-4 examples
  CHECK(base::to_hex(*d.sha256) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("digests of abc are those of the standards") {
  const auto d = of_text("abc");
  CHECK(d.bytes == 3);
  CHECK(base::to_hex(*d.md5) == "900150983cd24fb0d6963f7d28e17f72");  // RFC 1321 A.5
  CHECK(base::to_hex(*d.sha1) ==
        "a9993e364706816aba3e25717850c26c9cd0d89d");  // FIPS 180-4 examples
  CHECK(base::to_hex(*d.sha256) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("digests of a two-block message are those of the standards") {
  const auto d = of_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
  CHECK(base::to_hex(*d.sha1) ==
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1");  // FIPS 180-4 examples
  CHECK(base::to_hex(*d.sha256) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("a million times the letter a, read from a file, has the published digests") {
  const auto fd = file_holding(std::string(1'000'000, 'a'));
  const auto d = digest::of_file(fd.get(), kAll);
  REQUIRE(d.has_value());
  CHECK(d->bytes == 1'000'000);
  CHECK(base::to_hex(*d->md5) == "7707d6ae4e027c70eea2a935c2296f21");
  CHECK(base::to_hex(*d->sha1) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  CHECK(base::to_hex(*d->sha256) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a file is read from its beginning wherever its offset stands, and the offset stays") {
  const auto fd = file_holding("abc");
  REQUIRE(::lseek(fd.get(), 2, SEEK_SET) == 2);
  const auto d = digest::of_file(fd.get(), {});
  REQUIRE(d.has_value());
  CHECK(base::to_hex(*d->sha256).starts_with("ba7816bf"));
  CHECK(::lseek(fd.get(), 0, SEEK_CUR) == 2);
}

TEST_CASE("only the digests asked for are computed") {
  const auto fd = file_holding("abc");
  const auto d = digest::of_file(fd.get(), {.md5 = true, .sha1 = false, .sha256 = false});
  REQUIRE(d.has_value());
  CHECK(d->md5.has_value());
  CHECK_FALSE(d->sha1.has_value());
  CHECK_FALSE(d->sha256.has_value());
}

TEST_CASE("pieces and the whole give the same digests") {
  const std::string text(1000, 'x');
  for (const std::size_t piece : {1u, 63u, 64u, 65u, 999u}) {
    digest::Hasher hasher(kAll);
    for (std::size_t at = 0; at < text.size(); at += piece)
      hasher.update(base::as_bytes(std::string_view(text).substr(at, piece)));
    const auto d = hasher.finish();
    const auto whole = of_text(text);
    CHECK(d.sha256 == whole.sha256);
    CHECK(d.sha1 == whole.sha1);
    CHECK(d.md5 == whole.md5);
    CHECK(d.bytes == 1000);
  }
}

TEST_CASE("a descriptor that cannot be read is a retryable item error") {
  const auto d = digest::of_file(-1, {});
  REQUIRE_FALSE(d.has_value());
  CHECK(d.error().code == "content_unreadable");
  CHECK(d.error().retryable);
}

TEST_CASE("types have names, and other names are no type") {
  for (const auto type : {digest::Type::md5, digest::Type::sha1, digest::Type::sha256})
    CHECK(digest::parse_type(digest::to_string(type)) == type);
  CHECK_FALSE(digest::parse_type("SHA256").has_value());
  CHECK_FALSE(digest::parse_type("").has_value());
}

TEST_CASE(
    "SHA-512 is FIPS 180-4's, and a large file has the same digests by one thread and by two") {
  digest::Hasher hasher({false, false, false, true});
  hasher.update(base::as_bytes(std::string_view("abc")));
  CHECK(base::to_hex(hasher.finish().sha512.value()).substr(0, 32) ==
        "ddaf35a193617abacc417349ae204131");

  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  std::vector<char> bytes(21'000'003);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(i * 2654435761u >> 24);
  REQUIRE(std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size());
  std::fflush(file);
  const digest::Wanted all{true, true, true, true};
  const auto alone = digest::of_file(fileno(file), all, 1);
  const auto apart = digest::of_file(fileno(file), all, 2);
  std::fclose(file);
  REQUIRE(alone);
  REQUIRE(apart);
  CHECK(alone->bytes == bytes.size());
  CHECK(apart->bytes == bytes.size());
  CHECK(alone->md5 == apart->md5);
  CHECK(alone->sha1 == apart->sha1);
  CHECK(alone->sha256 == apart->sha256);
  CHECK(alone->sha512 == apart->sha512);
}
