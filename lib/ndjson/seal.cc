#include "ndjson/seal.h"

#include <fmt/format.h>

#include "ndjson/canonical.h"

namespace proviso::ndjson {

namespace {

constexpr std::size_t kMacDigits = 32;

void append_prefixed(std::string& out, std::string_view part) {
  for (int shift = 0; shift < 64; shift += 8) {
    out += static_cast<char>(static_cast<unsigned char>(part.size() >> shift & 0xffu));
  }
  out += part;
}

std::string message_of(std::string_view previous, std::string_view member) {
  std::string message;
  message.reserve(previous.size() + member.size() + 16);
  append_prefixed(message, previous);
  append_prefixed(message, member);
  return message;
}

// Without an early end, so that the time tells nothing of a forged seal's first wrong digit.
bool equal_digits(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |=
        static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

tl::unexpected<base::ItemError> bad_seal(std::string_view stage, std::string_view why) {
  return base::fail("bad_seal", fmt::format("field {}: {}", stage, why));
}

}  // namespace

std::string scope_binding(std::string_view id, std::string_view service, std::string_view account,
                          std::string_view content_path, std::string_view evidence_path) {
  std::string binding;
  for (const std::string_view part : {id, service, account, content_path, evidence_path}) {
    append_prefixed(binding, part);
  }
  return binding;
}

base::Result<std::string> scope_binding(const Record& record) {
  std::string_view parts[4];
  std::size_t i = 0;
  for (const std::string_view path : {"service", "account", "content.path", "content.evidence"}) {
    const auto value = record.string(path);
    if (!value) return tl::make_unexpected(value.error());
    parts[i++] = value->value_or(std::string_view{});
  }
  return scope_binding(record.id(), parts[0], parts[1], parts[2], parts[3]);
}

std::string seal(std::string_view member, std::string_view previous, const SealKey& key) {
  const std::string mac = key.mac(message_of(previous, member));
  std::string sealed(member.substr(0, member.size() - 1));
  if (sealed.size() > 1) sealed += ',';
  sealed += "\"mac\":\"";
  sealed += mac;
  sealed += "\"}";
  return sealed;
}

base::Result<void> verify_seals(const Record& record,
                                std::initializer_list<std::string_view> stages,
                                const SealKey& key) {
  auto binding = scope_binding(record);
  if (!binding) return tl::make_unexpected(binding.error());
  std::string previous = std::move(*binding);
  std::string member;
  for (const std::string_view stage : stages) {
    const auto element = record.find(stage);
    if (!element) return bad_seal(stage, "absent, expected the sealed member of the stage before");
    simdjson::dom::object object;
    if (element->get(object) != simdjson::SUCCESS) return bad_seal(stage, "expected an object");
    std::string_view mac;
    if (object["mac"].get(mac) != simdjson::SUCCESS || mac.size() != kMacDigits) {
      return bad_seal(stage, "has no seal, expected mac of 32 hex digits");
    }
    member.clear();
    if (auto done = append_canonical(member, *element, "mac"); !done) return done;
    if (!equal_digits(key.mac(message_of(previous, member)), mac)) {
      return bad_seal(stage,
                      "the seal does not fit: the member or what it binds was changed, or the "
                      "stream key differs");
    }
    previous = mac;
  }
  return {};
}

}  // namespace proviso::ndjson
