#include "ledger/key_rotation.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "crypto/random.h"

namespace proviso::ledger {
namespace {

std::string statement_of(const KeyRotated& rotation, std::string_view origin, std::uint64_t index) {
  return fmt::format("proviso ledger key rotation 1\n{}\n{}\n{}\n{}\n", origin, index,
                     rotation.old_key, rotation.new_key);
}

std::optional<crypto::PublicKey> key_of(std::string_view hex) {
  base::Sha256 raw;
  if (!base::from_hex_exact(hex, raw)) return std::nullopt;
  return crypto::PublicKey::from_raw(raw);
}

}  // namespace

KeyRotated rotation_of(std::string_view origin, std::uint64_t index, const crypto::PrivateKey& old,
                       const crypto::PrivateKey& next) {
  KeyRotated rotation;
  rotation.old_key = base::to_hex(crypto::PublicKey::of(old).raw());
  rotation.new_key = base::to_hex(crypto::PublicKey::of(next).raw());
  const std::string statement = statement_of(rotation, origin, index);
  rotation.by_old = crypto::base64(old.sign(statement));
  rotation.by_new = crypto::base64(next.sign(statement));
  return rotation;
}

bool is_signed_by_both(const KeyRotated& rotation, std::string_view origin, std::uint64_t index) {
  const std::string statement = statement_of(rotation, origin, index);
  for (const auto& [hex, text] : {std::pair(rotation.old_key, rotation.by_old),
                                  std::pair(rotation.new_key, rotation.by_new)}) {
    const auto key = key_of(hex);
    const auto signature = crypto::from_base64(text);
    if (!key || !signature || !key->verify(statement, *signature)) return false;
  }
  return true;
}

std::vector<crypto::PublicKey> keys_before(const crypto::PublicKey& current,
                                           const std::vector<StoredEntry>& rotations,
                                           std::string_view origin) {
  std::vector<crypto::PublicKey> keys;
  std::string next = base::to_hex(current.raw());
  for (auto entry = rotations.rbegin(); entry != rotations.rend(); ++entry) {
    const auto rotation = read<KeyRotated>(*entry);
    if (!rotation || rotation->new_key != next ||
        !is_signed_by_both(*rotation, origin, entry->index))
      continue;
    keys.push_back(*key_of(rotation->old_key));
    next = rotation->old_key;
  }
  return keys;
}

}  // namespace proviso::ledger
