#include "ledger/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <span>
#include <system_error>
#include <utility>

#include "crypto/random.h"

namespace proviso::ledger {
namespace {

constexpr std::string_view kDash = "\u2014 ";
constexpr char kEd25519 = 1;  // signature type of the signed-note specification

std::string body_of(const Checkpoint& checkpoint) {
  return fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.size,
                     crypto::base64(checkpoint.root));
}

// First four bytes of SHA-256(name || "\n" || type || public key).
std::string key_hash(std::string_view name, const crypto::PublicKey& key) {
  std::string text(name);
  text += '\n';
  text += kEd25519;
  const base::Bytes raw = key.raw();
  text += base::as_text(raw);
  const base::Sha256 digest = crypto::sha256(text);
  return std::string(base::as_text(digest).substr(0, 4));
}

[[noreturn]] void refuse(std::string_view name, std::string what) {
  throw base::Error(base::ExitCode::check_failed, std::move(what), std::string(name));
}

}  // namespace

std::string sign_checkpoint(const Checkpoint& checkpoint, const crypto::PrivateKey& key,
                            const crypto::PublicKey& public_key) {
  const std::string body = body_of(checkpoint);
  std::string signature = key_hash(checkpoint.origin, public_key);
  const base::Bytes raw = key.sign(body);
  signature += base::as_text(raw);
  return fmt::format("{}\n{}{} {}\n", body, kDash, checkpoint.origin,
                     crypto::base64(base::as_bytes(signature)));
}

Checkpoint verify_checkpoint(std::string_view note, const crypto::PublicKey& key,
                             std::string_view name) {
  const std::size_t gap = note.find("\n\n");
  if (gap == std::string_view::npos)
    refuse(name, "no signed note: the empty line before the signatures is missing");
  const std::string_view body = note.substr(0, gap + 1);
  Checkpoint checkpoint;
  const std::size_t first = body.find('\n');
  const std::size_t second = body.find('\n', first + 1);
  const std::size_t third = second == std::string_view::npos ? second : body.find('\n', second + 1);
  if (third == std::string_view::npos) refuse(name, "the checkpoint has fewer than three lines");
  checkpoint.origin = std::string(body.substr(0, first));
  const std::string_view size = body.substr(first + 1, second - first - 1);
  const auto [end, error] =
      std::from_chars(size.data(), size.data() + size.size(), checkpoint.size);
  const auto root = crypto::from_base64(body.substr(second + 1, third - second - 1));
  if (error != std::errc() || end != size.data() + size.size() || !root ||
      root->size() != checkpoint.root.size()) {
    refuse(name, "the checkpoint's size or root is malformed");
  }
  std::copy(root->begin(), root->end(), checkpoint.root.begin());

  const std::string prefix = std::string(kDash) + checkpoint.origin + " ";
  std::string_view lines = note.substr(gap + 2);
  while (!lines.empty()) {
    const std::size_t newline = lines.find('\n');
    if (newline == std::string_view::npos) break;
    const std::string_view line = lines.substr(0, newline);
    lines.remove_prefix(newline + 1);
    if (line.substr(0, prefix.size()) != prefix) continue;
    const auto signature = crypto::from_base64(line.substr(prefix.size()));
    if (!signature || signature->size() != 4 + 64) continue;
    const std::string hash = key_hash(checkpoint.origin, key);
    if (base::as_text(*signature).substr(0, 4) != hash) continue;
    if (key.verify(body, std::span<const std::byte>(*signature).subspan(4))) return checkpoint;
  }
  refuse(name, "no signature of the ledger's key verifies");
}

}  // namespace proviso::ledger
