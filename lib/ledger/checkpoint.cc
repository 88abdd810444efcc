#include "ledger/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "crypto/random.h"

namespace proviso::ledger {
namespace {

constexpr std::string_view kDash = "\u2014 ";
constexpr std::string_view kNext = "next ";
constexpr char kEd25519 = 1;  // signature type of the signed-note specification

std::string body_of(const Checkpoint& checkpoint) {
  std::string body = fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.size,
                                 crypto::base64(checkpoint.root));
  if (!checkpoint.next_key.empty())
    body += fmt::format("{}{}\n", kNext, crypto::base64(checkpoint.next_key));
  return body;
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

std::string signature_line(std::string_view body, std::string_view origin,
                           const crypto::PrivateKey& key, const crypto::PublicKey& public_key) {
  std::string signature = key_hash(origin, public_key);
  const base::Bytes raw = key.sign(body);
  signature += base::as_text(raw);
  return fmt::format("{}{} {}\n", kDash, origin, crypto::base64(base::as_bytes(signature)));
}

// The signatures in the name of the origin, each behind the hash of its key; in the note's order.
std::vector<base::Bytes> signatures_of(std::string_view note, std::string_view origin) {
  std::vector<base::Bytes> signatures;
  const std::size_t gap = note.find("\n\n");
  if (gap == std::string_view::npos) return signatures;
  const std::string prefix = fmt::format("{}{} ", kDash, origin);
  std::string_view lines = note.substr(gap + 2);
  for (std::size_t end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + 1);
    if (!line.starts_with(prefix)) continue;
    auto signature = crypto::from_base64(line.substr(prefix.size()));
    if (signature && signature->size() == 4 + 64) signatures.push_back(std::move(*signature));
  }
  return signatures;
}

[[noreturn]] void refuse(std::string_view name, std::string what) {
  throw base::Error(base::ExitCode::check_failed, std::move(what), std::string(name));
}

}  // namespace

std::string sign_checkpoint(const Checkpoint& checkpoint, const crypto::PrivateKey& key,
                            const crypto::PublicKey& public_key) {
  const std::string body = body_of(checkpoint);
  return body + "\n" + signature_line(body, checkpoint.origin, key, public_key);
}

std::string sign_too(std::string_view note, const Checkpoint& checkpoint,
                     const crypto::PrivateKey& key) {
  return std::string(note) +
         signature_line(body_of(checkpoint), checkpoint.origin, key, crypto::PublicKey::of(key));
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
  // Other lines that a note may have say nothing to this program.
  if (const std::string_view more = body.substr(third + 1); more.starts_with(kNext)) {
    const auto key_text =
        crypto::from_base64(more.substr(kNext.size(), more.find('\n') - kNext.size()));
    if (!key_text || key_text->empty()) refuse(name, "the checkpoint's next key is malformed");
    checkpoint.next_key = *key_text;
  }

  const std::string hash = key_hash(checkpoint.origin, key);
  for (const base::Bytes& signature : signatures_of(note, checkpoint.origin)) {
    if (base::as_text(signature).substr(0, 4) != hash) continue;
    if (key.verify(body, std::span<const std::byte>(signature).subspan(4))) return checkpoint;
  }
  throw base::Error(base::ExitCode::check_failed, "no signature of the ledger's key verifies",
                    std::string(name), "if its key was rotated, use the new one");
}

}  // namespace proviso::ledger
