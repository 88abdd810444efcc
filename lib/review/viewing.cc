#include "review/viewing.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>

#include "base/file.h"
#include "base/mode.h"
#include "crypto/cms.h"
#include "policy/seal_certificate.h"

namespace proviso::review {
namespace {

// The certificate of the review role that the key belongs to.
crypto::Certificate certificate_of(const policy::Policy& policy, const crypto::PrivateKey& key) {
  if (auto certificate = policy::seal_certificate_of(policy, key)) return std::move(*certificate);
  throw base::Error(base::ExitCode::no_permission,
                    "the key belongs to none of the certificates that cases are sealed to",
                    "--open-key",
                    "the review role's key is the one that 'proviso init' put into offline/");
}

}  // namespace

View::View(vault::CaseStore& store, const policy::Policy& policy, const base::CaseId& id,
           const crypto::PrivateKey& key, const vault::Access& access)
    : store_(store),
      policy_(policy),
      key_(key),
      certificate_(certificate_of(policy, key)),
      stored_(store.open_stored(id)),
      opened_(store.open_case(stored_, key, certificate_, access)) {}

void View::content(const std::function<void(std::span<const std::byte>)>& write) const {
  store_.read_blob(row(), opened_, write);
}

std::vector<ReadDecision> View::decisions() const {
  std::vector<ReadDecision> read;
  for (CheckedDecision& decision : standing_decisions(store_, row(), policy_)) {
    const base::SecretBytes reason =
        crypto::open_sealed(decision.sealed_reason, key_, certificate_);
    std::string words(base::as_text(reason.span()));
    read.push_back({std::move(decision), std::move(words)});
  }
  return read;
}

std::string View::preview(media::Decoder& decoder) const {
  // Memory that has no name in any file system: the content never touches a disk in the clear.
  const base::UniqueFd memory(::memfd_create("content", MFD_CLOEXEC));
  if (!memory) base::throw_errno(errno, "no memory for the content", row().id.value);
  content([&](std::span<const std::byte> part) {
    base::write_all(memory.get(), base::as_text(part), row().id.value);
  });
  auto preview = decoder.preview(
      memory.get(), base::parse_content_kind(row().kind).value_or(base::ContentKind::file));
  if (!preview) {
    throw base::Error(base::ExitCode::data,
                      fmt::format("{}: {}", preview.error().code, preview.error().message),
                      row().id.value, "--clear gives the bytes as they are");
  }
  return std::move(preview->png);
}

json::OrderedJson listing(const vault::CaseRow& row) {
  return {{"case", row.id.value},
          {"state", vault::to_string(row.state)},
          {"class", row.material_class},
          {"previously_identified", row.previously_identified},
          {"technology", row.technology},
          {"list", row.list},
          {"service", row.service},
          {"kind", row.kind},
          {"identified_at", base::to_string(row.identified_at)},
          {"expires_at", base::to_string(row.expires_at)},
          {"expiry_rule", vault::to_string(row.expiry_rule)},
          {"purposes", row.purposes},
          {"mode", base::mode_word(row.rehearsal)}};
}

}  // namespace proviso::review
