#include "crypto/cms.h"

#include <doctest/doctest.h>
#include <openssl/pem.h>

#include <optional>
#include <string>

#include "crypto/openssl.h"

using namespace proviso;

namespace {

struct Party {
  crypto::PrivateKey key = crypto::PrivateKey::generate_p256();
  crypto::Certificate certificate = crypto::Certificate::self_signed(
      key, "party", base::Instant{1790000000}, base::Instant{1890000000});
};

base::ExitCode code_of_opening(std::span<const std::byte> der, const Party& party) {
  try {
    crypto::open_sealed(der, party.key, party.certificate);
  } catch (const base::Error& error) {
    return error.code();
  }
  return base::ExitCode::ok;
}

// What `openssl cms -verify -certfile PEM -nointern -noverify` does: the content, if `signer`
// signed.
std::optional<std::string> verified(const base::Bytes& der, const Party& signer) {
  const std::string pem = signer.certificate.pem();
  const crypto::UniqueBio pem_in = crypto::reading_bio(base::as_bytes(pem));
  const crypto::UniqueX509 pinned(PEM_read_bio_X509(pem_in.get(), nullptr, nullptr, nullptr));
  const crypto::UniqueBio in = crypto::reading_bio(der), out = crypto::writing_bio();
  const crypto::UniqueCms cms(d2i_CMS_bio(in.get(), nullptr));
  REQUIRE(cms);
  STACK_OF(X509)* signers = sk_X509_new_null();
  sk_X509_push(signers, pinned.get());
  const int good = CMS_verify(cms.get(), signers, nullptr, nullptr, out.get(),
                              CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY | CMS_NOINTERN);
  sk_X509_free(signers);
  if (good != 1) return std::nullopt;
  return std::string(base::as_text(crypto::contents(out.get())));
}

}  // namespace

TEST_CASE("each recipient opens a sealed message, nobody else does") {
  const Party first, second, stranger;
  const auto der =
      crypto::seal(base::as_bytes("secret"), {&first.certificate, &second.certificate});
  CHECK(base::as_text(crypto::open_sealed(der, first.key, first.certificate).span()) == "secret");
  CHECK(base::as_text(crypto::open_sealed(der, second.key, second.certificate).span()) == "secret");
  CHECK(code_of_opening(der, stranger) == base::ExitCode::no_permission);
}

TEST_CASE("an empty message can be sealed") {
  const Party party;
  CHECK(crypto::open_sealed(crypto::seal({}, {&party.certificate}), party.key, party.certificate)
            .empty());
}

TEST_CASE("a sealed message does not open when any byte of its content or tag was changed") {
  const Party party;
  const auto der = crypto::seal(base::as_bytes("secret content"), {&party.certificate});
  // The content and the tag stand at the end of the envelope.
  for (std::size_t back = 1; back <= 16; ++back) {
    auto bad = der;
    bad[bad.size() - back] ^= std::byte{1};
    CHECK(code_of_opening(bad, party) == base::ExitCode::data);
  }
  CHECK(code_of_opening(base::as_bytes("junk"), party) == base::ExitCode::data);
  CHECK(code_of_opening(std::span(der).first(der.size() / 2), party) == base::ExitCode::data);
}

TEST_CASE("nothing is sealed to nobody, nor to a key that cannot encrypt") {
  const auto key = crypto::PrivateKey::generate_ed25519();
  const auto certificate = crypto::Certificate::self_signed(
      key, "ledger", base::Instant{1790000000}, base::Instant{1890000000});
  CHECK_THROWS_AS(crypto::seal(base::as_bytes("x"), {}), base::Error);
  CHECK_THROWS_AS(crypto::seal(base::as_bytes("x"), {&certificate}), base::Error);
}

TEST_CASE("an attached signature gives its content back under the pinned certificate only") {
  const Party signer, other;
  const auto der =
      crypto::sign_attached(base::as_bytes("a\r\nb\n"), signer.key, signer.certificate);
  CHECK(verified(der, signer) == "a\r\nb\n");
  CHECK_FALSE(verified(der, other));
  auto changed = der;
  const std::string_view text = base::as_text(der);
  changed[text.find("a\r\nb\n")] ^= std::byte{1};
  CHECK_FALSE(verified(changed, signer));
}
