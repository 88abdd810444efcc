#include "crypto/chunked.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "crypto/random.h"

using namespace proviso;

namespace {

base::SecretBytes fixed_key() {
  base::SecretBytes key(crypto::kFileKeyBytes);
  for (std::size_t i = 0; i < key.size(); ++i) key.span()[i] = static_cast<std::byte>(i);
  return key;
}

base::Bytes sealed_two_chunks(const base::SecretBytes& key, const base::Bytes& plain) {
  crypto::ChunkSealer sealer(key, "case-1");
  base::Bytes out;
  const auto bytes = std::span(plain);
  sealer.seal(bytes.first(crypto::kChunkBytes), false, out);
  sealer.seal(bytes.subspan(crypto::kChunkBytes), true, out);
  return out;
}

constexpr std::size_t kSealedChunk = crypto::kChunkBytes + crypto::kChunkTagBytes;

}  // namespace

TEST_CASE("a file of two chunks opens to what was sealed") {
  const auto key = fixed_key();
  base::Bytes plain(crypto::kChunkBytes + 5, std::byte{7});
  const auto sealed = sealed_two_chunks(key, plain);
  CHECK(sealed.size() == plain.size() + 2 * crypto::kChunkTagBytes);
  crypto::ChunkOpener opener(key, "case-1");
  base::Bytes out;
  opener.open(std::span(sealed).first(kSealedChunk), false, out);
  opener.open(std::span(sealed).subspan(kSealedChunk), true, out);
  CHECK(out == plain);
}

TEST_CASE("an empty file is one empty last chunk") {
  const auto key = fixed_key();
  base::Bytes sealed, out;
  crypto::ChunkSealer(key, "c").seal({}, true, sealed);
  CHECK(sealed.size() == crypto::kChunkTagBytes);
  crypto::ChunkOpener(key, "c").open(sealed, true, out);
  CHECK(out.empty());
}

TEST_CASE(
    "a changed byte, a moved chunk, a cut file, another context or key does not open and gives no "
    "byte") {
  const auto key = fixed_key();
  const base::Bytes plain(crypto::kChunkBytes + 5, std::byte{7});
  const auto sealed = sealed_two_chunks(key, plain);
  base::Bytes out;
  SUBCASE("changed") {
    auto bad = sealed;
    bad[100] ^= std::byte{1};
    crypto::ChunkOpener opener(key, "case-1");
    CHECK_THROWS_AS(opener.open(std::span(bad).first(kSealedChunk), false, out), base::Error);
  }
  SUBCASE("moved") {
    crypto::ChunkOpener opener(key, "case-1");
    CHECK_THROWS_AS(opener.open(std::span(sealed).subspan(kSealedChunk), true, out), base::Error);
  }
  SUBCASE("cut after the first chunk") {
    crypto::ChunkOpener opener(key, "case-1");
    CHECK_THROWS_AS(opener.open(std::span(sealed).first(kSealedChunk), true, out), base::Error);
  }
  SUBCASE("another case") {
    crypto::ChunkOpener opener(key, "case-2");
    CHECK_THROWS_AS(opener.open(std::span(sealed).first(kSealedChunk), false, out), base::Error);
  }
  SUBCASE("another key") {
    auto other = fixed_key();
    other.span()[0] ^= std::byte{1};
    crypto::ChunkOpener opener(other, "case-1");
    CHECK_THROWS_AS(opener.open(std::span(sealed).first(kSealedChunk), false, out), base::Error);
  }
  SUBCASE("shorter than its tag") {
    crypto::ChunkOpener opener(key, "case-1");
    CHECK_THROWS_AS(opener.open(std::span(sealed).first(15), true, out), base::Error);
  }
  CHECK(out.empty());
}

TEST_CASE("nothing follows the last chunk, and only the last one is short") {
  const auto key = fixed_key();
  base::Bytes out;
  crypto::ChunkSealer sealer(key, "c");
  CHECK_THROWS_AS(sealer.seal(base::as_bytes("short"), false, out), base::Error);
  sealer.seal(base::as_bytes("end"), true, out);
  CHECK_THROWS_AS(sealer.seal(base::as_bytes("more"), true, out), base::Error);
}

// AES-256-GCM (Python's cryptography) over "abc", key 00..1f, nonce 00*7 || 00000000 || 01,
// associated data "case-1": pins the format.
TEST_CASE("the bytes of a sealed chunk are those of FORMAT.md") {
  base::Bytes sealed;
  crypto::ChunkSealer(fixed_key(), "case-1").seal(base::as_bytes("abc"), true, sealed);
  CHECK(base::to_hex(sealed) == "74b4dc63a792fb5b15223ba9fe14eb4dad9b50");
}
