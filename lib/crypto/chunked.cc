#include "crypto/chunked.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "crypto/openssl.h"

namespace proviso::crypto {

namespace {

constexpr std::size_t kNonceBytes = 12;

// One direction of the construction: the cipher, the number of the next chunk, and whether the last
// chunk was processed.
struct Chunks {
  UniqueCipherContext cipher;
  std::string context;
  std::uint64_t next = 0;
  bool ended = false;

  Chunks(const base::SecretBytes& key, std::string_view associated, bool sealing)
      : cipher(EVP_CIPHER_CTX_new()), context(associated) {
    if (key.size() != kFileKeyBytes) {
      throw base::Error(base::ExitCode::software, "a file key has 32 bytes");
    }
    if (context.size() > 4096)
      throw base::Error(base::ExitCode::software, "context is longer than 4096 bytes");
    if (!cipher || EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr,
                                     reinterpret_cast<const unsigned char*>(key.span().data()),
                                     nullptr, sealing ? 1 : 0) != 1) {
      throw_openssl("AES-256-GCM is not available");
    }
  }

  void begin(bool last) {
    if (ended) throw base::Error(base::ExitCode::software, "a chunk after the last one");
    if (next > std::numeric_limits<std::uint32_t>::max()) {
      throw base::Error(base::ExitCode::data, "file has more than 2^32 chunks");
    }
    std::array<unsigned char, kNonceBytes> nonce{};
    for (std::size_t i = 0; i < 4; ++i)
      nonce[7 + i] = static_cast<unsigned char>(next >> (24 - 8 * i) & 0xffu);
    nonce[11] = last ? 1 : 0;
    int length = 0;
    if (EVP_CipherInit_ex(cipher.get(), nullptr, nullptr, nullptr, nonce.data(), -1) != 1 ||
        EVP_CipherUpdate(cipher.get(), nullptr, &length,
                         reinterpret_cast<const unsigned char*>(context.data()),
                         static_cast<int>(context.size())) != 1) {
      throw_openssl("AES-256-GCM failed");
    }
    ++next;
    ended = last;
  }

  // Runs `in` through the cipher to the end of `out`, which must be large enough.
  void run(std::span<const std::byte> in, std::byte* out) {
    int length = 0;
    if (!in.empty() && EVP_CipherUpdate(cipher.get(), reinterpret_cast<unsigned char*>(out),
                                        &length, reinterpret_cast<const unsigned char*>(in.data()),
                                        static_cast<int>(in.size())) != 1) {
      throw_openssl("AES-256-GCM failed");
    }
  }
};

void require_size(std::size_t plain, bool last, base::ExitCode code) {
  if (plain > kChunkBytes || (!last && plain != kChunkBytes)) {
    throw base::Error(code, "a chunk has 65536 bytes, and only the last one may have fewer");
  }
}

}  // namespace

struct ChunkSealer::Impl {
  Chunks chunks;
};

ChunkSealer::ChunkSealer(const base::SecretBytes& key, std::string_view context)
    : impl_(new Impl{Chunks(key, context, true)}) {}
ChunkSealer::~ChunkSealer() = default;

void ChunkSealer::seal(std::span<const std::byte> plain, bool last, base::Bytes& out) {
  require_size(plain.size(), last, base::ExitCode::software);
  Chunks& chunks = impl_->chunks;
  chunks.begin(last);
  const std::size_t at = out.size();
  out.resize(at + plain.size() + kChunkTagBytes);
  chunks.run(plain, out.data() + at);
  unsigned char none[kChunkTagBytes];
  int length = 0;
  if (EVP_CipherFinal_ex(chunks.cipher.get(), none, &length) != 1 ||
      EVP_CIPHER_CTX_ctrl(chunks.cipher.get(), EVP_CTRL_AEAD_GET_TAG, kChunkTagBytes,
                          out.data() + at + plain.size()) != 1) {
    throw_openssl("AES-256-GCM failed");
  }
}

struct ChunkOpener::Impl {
  Chunks chunks;
};

ChunkOpener::ChunkOpener(const base::SecretBytes& key, std::string_view context)
    : impl_(new Impl{Chunks(key, context, false)}) {}
ChunkOpener::~ChunkOpener() = default;

void ChunkOpener::open(std::span<const std::byte> sealed, bool last, base::Bytes& out) {
  if (sealed.size() < kChunkTagBytes)
    throw base::Error(base::ExitCode::data, "a sealed chunk was cut");
  const std::size_t size = sealed.size() - kChunkTagBytes;
  require_size(size, last, base::ExitCode::data);
  Chunks& chunks = impl_->chunks;
  chunks.begin(last);
  const std::size_t at = out.size();
  out.resize(at + size);
  chunks.run(sealed.first(size), out.data() + at);
  std::array<std::byte, kChunkTagBytes> tag{};
  std::copy(sealed.end() - kChunkTagBytes, sealed.end(), tag.begin());
  unsigned char none[kChunkTagBytes];
  int length = 0;
  if (EVP_CIPHER_CTX_ctrl(chunks.cipher.get(), EVP_CTRL_AEAD_SET_TAG, kChunkTagBytes, tag.data()) !=
          1 ||
      EVP_CipherFinal_ex(chunks.cipher.get(), none, &length) != 1) {
    // No byte of a chunk that does not verify may be used.
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(at), out.end(), std::byte{0});
    out.resize(at);
    throw_openssl("a sealed chunk was changed, moved or cut", base::ExitCode::data);
  }
}

}  // namespace proviso::crypto
