// The protected-account register: accounts of people bound by professional secrecy, as keyed tokens
// (HU-05).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/random.h"

namespace proviso::gate {

// SipHash-2-4-128 tokens under a key, as hex lines in a file; who holds the file without the key
// learns no account.
class ProtectedAccounts {
 public:
  ProtectedAccounts() = default;
  // Throws base::Error(config) with every line that is not a token: a register half read would let
  // protected accounts through.
  ProtectedAccounts(const std::filesystem::path& tokens, const std::string& key_uri);
  bool contains(std::string_view account) const;
  bool present() const;
  // Of the file that was read, hex; empty without a register.
  const std::string& sha256() const;
  static std::string token(std::string_view account, const crypto::SipKey& key);  // 32 hex digits

 private:
  struct Data;
  std::shared_ptr<const Data> data_;
};

}  // namespace proviso::gate
