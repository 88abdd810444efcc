#include "gate/protected_accounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/file.h"
#include "gate/raw_key.h"

namespace proviso::gate {
namespace {

constexpr std::uint64_t kMaxRegisterBytes = 256u << 20;

}  // namespace

struct ProtectedAccounts::Data {
  crypto::SipKey key{};
  std::string sha256;
  std::vector<crypto::SipTag> tokens;  // sorted
};

ProtectedAccounts::ProtectedAccounts(const std::filesystem::path& tokens,
                                     const std::string& key_uri) {
  auto data = std::make_shared<Data>();
  data->key = read_raw_key(key_uri);
  const std::string text = base::read_file(tokens, kMaxRegisterBytes);
  data->sha256 = crypto::sha256_hex(text);
  std::vector<base::Finding> findings;
  std::size_t number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = std::string_view(text).substr(start, end - start);
    start = end + 1;
    ++number;
    if (line.empty() || line.front() == '#') continue;
    crypto::SipTag tag{};
    if (base::from_hex_exact(line, tag)) {
      data->tokens.push_back(tag);
    } else if (findings.size() < 20) {
      findings.push_back(
          {fmt::format("{}:{}", tokens.string(), number), "not a token of 32 hex digits"});
    }
  }
  // A register that is half read would let protected accounts through.
  if (!findings.empty()) throw base::Error(base::ExitCode::config, std::move(findings));
  std::sort(data->tokens.begin(), data->tokens.end());
  data_ = std::move(data);
}

bool ProtectedAccounts::present() const { return data_ != nullptr; }

const std::string& ProtectedAccounts::sha256() const {
  static const std::string kNone;
  return data_ ? data_->sha256 : kNone;
}

bool ProtectedAccounts::contains(std::string_view account) const {
  return data_ && !data_->tokens.empty() &&
         std::binary_search(data_->tokens.begin(), data_->tokens.end(),
                            crypto::siphash128(data_->key, account));
}

std::string ProtectedAccounts::token(std::string_view account, const crypto::SipKey& key) {
  return base::to_hex(crypto::siphash128(key, account));
}

}  // namespace proviso::gate
