// Keys of 16 raw bytes: the stream key and the key of the protected-account register.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "gate/item_scope.h"
#include "gate/raw_key.h"

namespace proviso::gate {
namespace {

class StreamSealKey final : public ndjson::SealKey {
 public:
  explicit StreamSealKey(const crypto::SipKey& key) : key_(key) {}
  ndjson::Mac mac(std::string_view message) const override {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const crypto::SipTag tag = crypto::siphash128(key_, message);
    ndjson::Mac digits;
    for (std::size_t i = 0; i < tag.size(); ++i) {
      digits[2 * i] = kDigits[std::to_integer<unsigned>(tag[i] >> 4)];
      digits[2 * i + 1] = kDigits[std::to_integer<unsigned>(tag[i] & std::byte{15})];
    }
    return digits;
  }

 private:
  crypto::SipKey key_;
};

}  // namespace

crypto::SipKey read_raw_key(const std::string& uri) {
  constexpr std::string_view kFile = "file:";
  const std::string path = uri.rfind(kFile, 0) == 0 ? uri.substr(kFile.size()) : uri;
  const base::SecretBytes bytes = base::read_secret_file(path, 4096);
  crypto::SipKey key{};
  if (bytes.size() != key.size()) {
    throw base::Error(base::ExitCode::config, "a key of 16 raw bytes is expected", path);
  }
  std::copy(bytes.span().begin(), bytes.span().end(), key.begin());
  return key;
}

std::unique_ptr<ndjson::SealKey> stream_seal_key(const std::string& uri) {
  return std::make_unique<StreamSealKey>(read_raw_key(uri));
}

}  // namespace proviso::gate
