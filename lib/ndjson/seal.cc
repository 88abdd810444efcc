#include "ndjson/seal.h"

#include <fmt/format.h>

#include "ndjson/canonical.h"

namespace proviso::ndjson {

namespace {

void append_prefixed(std::string& out, std::string_view part) {
  std::array<char, 8> length{};
  for (std::size_t i = 0; i < length.size(); ++i) length[i] = static_cast<char>(part.size() >> (8 * i) & 0xffu);
  out.append(length.data(), length.size());
  out += part;
}

Mac mac_of(std::string_view previous, std::string_view member, const SealKey& key) {
  thread_local std::string message;   // its memory serves every record of the thread
  message.clear();
  append_prefixed(message, previous);
  append_prefixed(message, member);
  return key.mac(message);
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

std::string to_string(const ScopeBinding& bound) {
  std::string binding;
  binding.reserve(5 * 8 + bound.id.size() + bound.service.size() + bound.account.size() + bound.content_path.size() +
                  bound.evidence_path.size());
  for (const std::string_view part : {bound.id, bound.service, bound.account, bound.content_path, bound.evidence_path}) {
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
  return to_string({record.id(), parts[0], parts[1], parts[2], parts[3]});
}

std::string seal(std::string_view member, std::string_view previous, const SealKey& key) {
  constexpr std::string_view kBefore = ",\"mac\":\"";
  constexpr std::string_view kAfter = "\"}";
  const Mac mac = mac_of(previous, member, key);
  std::string sealed;
  sealed.reserve(member.size() + kBefore.size() + mac.size() + kAfter.size());
  sealed += member.substr(0, member.size() - 1);
  sealed += sealed.size() > 1 ? kBefore : kBefore.substr(1);
  sealed.append(mac.data(), mac.size());
  sealed += kAfter;
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
    if (object["mac"].get(mac) != simdjson::SUCCESS || mac.size() != Mac{}.size()) {
      return bad_seal(stage, "has no seal, expected mac of 32 hex digits");
    }
    member.clear();
    if (auto done = append_canonical(member, *element, "mac"); !done) return done;
    const Mac expected = mac_of(previous, member, key);
    if (!equal_digits({expected.data(), expected.size()}, mac)) {
      return bad_seal(stage,
                      "the seal does not fit: the member or what it binds was changed, or the "
                      "stream key differs");
    }
    previous = mac;
  }
  return {};
}

}  // namespace proviso::ndjson
