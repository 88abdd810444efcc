#include "crypto/keys.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

using namespace proviso;
namespace fs = std::filesystem;

namespace {

struct TemporaryDirectory {
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "proviso-crypto-XXXXXX").native();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~TemporaryDirectory() { fs::remove_all(path); }
  fs::path path;
};

void write(const fs::path& path, std::string_view text) { std::ofstream(path) << text; }

const base::Instant kFrom{1790000000}, kTo{1890000000};

}  // namespace

// RFC 8032 section 7.1, test 1: the empty message.
TEST_CASE("Ed25519 agrees with RFC 8032") {
  TemporaryDirectory dir;
  write(dir.path / "key.pem",
        "-----BEGIN PRIVATE "
        "KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END "
        "PRIVATE KEY-----\n");
  const auto key = crypto::PrivateKey::open(("file:" + (dir.path / "key.pem").native()));
  CHECK(base::to_hex(crypto::PublicKey::of(key).raw()) ==
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const auto signature = key.sign("");
  CHECK(base::to_hex(signature) ==
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
        "f9b46bd25bf5f0595bbe24"
        "655141438e7a100b");
  CHECK(crypto::PublicKey::of(key).verify("", signature));
}

TEST_CASE("a signature verifies under its key, over its message, and no other") {
  for (bool ed25519 : {true, false}) {
    const auto key =
        ed25519 ? crypto::PrivateKey::generate_ed25519() : crypto::PrivateKey::generate_p256();
    CHECK(key.is_ed25519() == ed25519);
    const auto signature = key.sign("message");
    const auto verifier = crypto::PublicKey::of(key);
    CHECK(verifier.verify("message", signature));
    CHECK_FALSE(verifier.verify("massage", signature));
    CHECK_FALSE(verifier.verify("message", std::span(signature).first(10)));
    CHECK_FALSE(verifier.verify("message", {}));
    CHECK_FALSE(
        crypto::PublicKey::of(crypto::PrivateKey::generate_p256()).verify("message", signature));
  }
}

TEST_CASE("a key is the same after it went to a file and back, by path and by file URI") {
  TemporaryDirectory dir;
  const auto path = dir.path / "key.pem";
  const auto key = crypto::PrivateKey::generate_p256();
  const auto pem = key.to_pem();
  write(path, base::as_text(pem.span()));
  CHECK(crypto::PrivateKey::open(path.native()).public_pem() == key.public_pem());
  CHECK(crypto::PrivateKey::open("file:" + path.native()).public_pem() == key.public_pem());
  CHECK(crypto::PrivateKey::open("file://" + path.native()).public_pem() == key.public_pem());
  write(dir.path / "key.pub", key.public_pem());
  CHECK(crypto::PublicKey::open(dir.path / "key.pub").pem() == key.public_pem());
}

TEST_CASE("a missing key is no input, a file that is no key is a configuration error") {
  TemporaryDirectory dir;
  write(dir.path / "junk", "no key\n");
  try {
    crypto::PrivateKey::open((dir.path / "absent").native());
    FAIL("opened a key that is not there");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::no_input);
  }
  try {
    crypto::PrivateKey::open((dir.path / "junk").native());
    FAIL("opened junk");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::config);
  }
  CHECK_THROWS_AS(crypto::PublicKey::open(dir.path / "junk"), base::Error);
  CHECK_THROWS_AS(crypto::Certificate::open(dir.path / "junk"), base::Error);
}

TEST_CASE("a pkcs11 URI without its engine says what to install") {
  try {
    crypto::PrivateKey::open("pkcs11:object=review;pin-value=0000");
    FAIL("opened a token that is not there");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::ExitCode::config);
    CHECK(error.hint().find("libengine-pkcs11-openssl") != std::string::npos);
    CHECK(std::string(error.what()).find("0000") == std::string::npos);
  }
}

// openssl ecparam -name secp384r1 -genkey | openssl ec -pubout: a curve that Proviso does not use.
TEST_CASE("keys of other kinds are refused") {
  CHECK_THROWS_AS(crypto::PublicKey::from_pem(
                      "-----BEGIN PUBLIC KEY-----\n"
                      "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE98IH2aPoQlu5pB31aoQ6zP0WrM/LEVAU\n"
                      "FpdRKsD1VT/ufpWQYnslPkRinpp4/1fSX9J/73I9ZPrKtl+E9pNeMcDNlzQbh6yE\n"
                      "Xu7CQuqamyiVzXm1D03yPUX4JvkQrL31\n"
                      "-----END PUBLIC KEY-----\n"),
                  base::Error);
}

TEST_CASE("a self-signed certificate has its name, key, validity and fingerprint") {
  const auto key = crypto::PrivateKey::generate_p256();
  const auto certificate = crypto::Certificate::self_signed(key, "review role", kFrom, kTo);
  CHECK(certificate.common_name() == "review role");
  CHECK(certificate.public_key().pem() == key.public_pem());
  CHECK(certificate.not_after() == kTo);
  CHECK(certificate.valid_at(kFrom));
  CHECK(certificate.valid_at(kTo));
  CHECK_FALSE(certificate.valid_at(base::Instant{kFrom.seconds - 1}));
  CHECK_FALSE(certificate.valid_at(base::Instant{kTo.seconds + 1}));
  const auto again = crypto::Certificate::from_pem(certificate.pem(), "memory");
  CHECK(again.fingerprint() == certificate.fingerprint());
  CHECK(again.fingerprint().size() == 64);
}
