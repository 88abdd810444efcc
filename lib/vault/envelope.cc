#include "vault/envelope.h"

#include <fmt/format.h>
#include <string.h>

#include <utility>

#include "crypto/chunked.h"
#include "crypto/random.h"

namespace proviso::vault {
namespace {

constexpr int kEnvelopeVersion = 1;

// A string that held a secret on its way in or out of JSON.
class WipedText {
 public:
  explicit WipedText(std::string text) : text_(std::move(text)) {}
  WipedText(const WipedText&) = delete;
  WipedText& operator=(const WipedText&) = delete;
  ~WipedText() { ::explicit_bzero(text_.data(), text_.size()); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void wipe(json::Json& value) {
  std::string& text = value.get_ref<std::string&>();
  ::explicit_bzero(text.data(), text.size());
}

[[noreturn]] void damaged(const base::CaseId& id, std::string_view what) {
  throw base::Error(base::ExitCode::data, fmt::format("envelope: {}", what), "case " + id.value);
}

base::SecretBytes take_key(const base::CaseId& id, json::Json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string())
    damaged(id, fmt::format("{} is missing", name));
  std::optional<base::Bytes> raw = crypto::from_base64(member->get_ref<const std::string&>());
  wipe(*member);
  if (!raw || raw->size() != crypto::kFileKeyBytes)
    damaged(id, fmt::format("{} is no key of 32 bytes", name));
  base::SecretBytes key{std::span<const std::byte>(*raw)};
  ::explicit_bzero(raw->data(), raw->size());
  return key;
}

std::string text_member(const json::Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

}  // namespace

base::Bytes seal_envelope(const base::CaseId& id, const json::Json& metadata,
                          const EnvelopeContent& content,
                          const std::vector<crypto::Certificate>& recipients) {
  const WipedText key(crypto::base64(content.key.span()));
  const WipedText evidence_key(content.evidence ? crypto::base64(content.evidence_key.span())
                                                : std::string());
  std::string text = fmt::format(R"({{"bytes":"{}","case":"{}")", content.content.bytes, id.value);
  text.reserve(text.size() + 4096);
  if (content.evidence) {
    text += fmt::format(R"(,"evidence":{{"bytes":"{}","key":"{}","sha256":"{}"}})",
                        content.evidence->bytes, evidence_key.text(), content.evidence->sha256);
  }
  text += fmt::format(R"(,"key":"{}","metadata":{},"sha256":"{}","version":{}}})", key.text(),
                      json::canonical(metadata), content.content.sha256, kEnvelopeVersion);
  const WipedText plain(std::move(text));
  std::vector<const crypto::Certificate*> pointers;
  pointers.reserve(recipients.size());
  for (const crypto::Certificate& certificate : recipients) pointers.push_back(&certificate);
  return crypto::seal(base::as_bytes(plain.text()), pointers);
}

Opened open_envelope(const base::CaseId& id, std::span<const std::byte> der,
                     const crypto::PrivateKey& key, const crypto::Certificate& certificate) {
  const base::SecretBytes plain = crypto::open_sealed(der, key, certificate);
  json::Json object = json::parse(base::as_text(plain.span()), "envelope of case " + id.value);
  if (!object.is_object() || !object.contains("version") || object["version"] != kEnvelopeVersion) {
    damaged(id, "version 1 was expected");
  }
  if (text_member(object, "case") != id.value) damaged(id, "it belongs to another case");
  Opened opened;
  opened.key = take_key(id, object, "key");
  if (const auto evidence = object.find("evidence"); evidence != object.end()) {
    if (!evidence->is_object()) damaged(id, "evidence is no object");
    opened.evidence_key = take_key(id, *evidence, "key");
  }
  opened.sha256 = text_member(object, "sha256");
  const std::string bytes = text_member(object, "bytes");
  if (bytes.empty() || bytes.size() > 19 ||
      bytes.find_first_not_of("0123456789") != std::string::npos) {
    damaged(id, "bytes is no number");
  }
  opened.bytes = std::stoull(bytes);
  if (!object.contains("metadata") || !object["metadata"].is_object())
    damaged(id, "metadata is no object");
  opened.metadata = std::move(object["metadata"]);
  return opened;
}

}  // namespace proviso::vault
