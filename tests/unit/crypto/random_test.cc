#include "crypto/random.h"

#include <doctest/doctest.h>

#include <string>

using namespace proviso;

namespace {

// The i-th message of the authors' vectors is 00 01 02 ... (i-1), the key 00 .. 0f.
std::string counting(std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += static_cast<char>(i);
  return text;
}

crypto::SipKey counting_key() {
  crypto::SipKey key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::byte>(i);
  return key;
}

}  // namespace

// vectors_sip128 of the reference implementation by Aumasson and Bernstein (vectors.h), by message
// length.
TEST_CASE("SipHash-128 agrees with the vectors of its authors") {
  const std::pair<std::size_t, std::string> vectors[] = {
      {0, "a3817f04ba25a8e66df67214c7550293"},  {1, "da87c1d86b99af44347659119b22fc45"},
      {2, "8177228da4a45dc7fca38bdef60affe4"},  {3, "9c70b60c5267a94e5f33b6b02985ed51"},
      {15, "5493e99933b0a8117e08ec0f97cfc3d9"}, {63, "5150d1772f50834a503e069a973fbd7c"},
  };
  for (const auto& [length, expected] : vectors) {
    CHECK(base::to_hex(crypto::siphash128(counting_key(), counting(length))) == expected);
  }
}

TEST_CASE("SHA-256 agrees with FIPS 180-4") {
  CHECK(crypto::sha256_hex("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(crypto::sha256_hex("") ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("HMAC-SHA-256 agrees with RFC 4231 test case 2") {
  CHECK(base::to_hex(crypto::hmac_sha256(base::as_bytes("Jefe"), "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("base64 agrees with RFC 4648 section 10") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    CHECK(crypto::base64(base::as_bytes(plain)) == text);
    const auto back = crypto::from_base64(text);
    REQUIRE(back);
    CHECK(base::as_text(*back) == plain);
  }
}

TEST_CASE("base64 that has a second spelling, blanks or bad padding is refused") {
  for (const char* bad : {"Zg", "Zg=", "Zg=a", "Z===", "Zh==", "Zm9=", "Zm 9", "Zm9v\n", "Zm-v",
                          "====", "Zg==Zg=="}) {
    CAPTURE(bad);
    CHECK_FALSE(crypto::from_base64(bad));
  }
}

TEST_CASE("random bytes differ") {
  const std::string a = crypto::random_hex(16);
  CHECK(a.size() == 32);
  CHECK(a != crypto::random_hex(16));
}
