#include "ndjson/seal.h"

#include <fmt/core.h>

#include "ndjson/canonical.h"
#include "ndjson/elements.h"

namespace proviso::ndjson {

namespace {

void append_prefixed(std::string& out, std::string_view part) {
  std::array<char, 8> length{};
  for (std::size_t i = 0; i < length.size(); ++i)
    length[i] = static_cast<char>(part.size() >> (8 * i) & 0xffu);
  out.append(length.data(), length.size());
  out += part;
}

std::string_view view(const Mac& mac) { return {mac.data(), mac.size()}; }

Mac seal_mac(std::string_view previous, const Mac& member, const SealKey& key) {
  thread_local std::string message;  // its memory serves every record of the thread
  message.clear();
  append_prefixed(message, previous);
  append_prefixed(message, view(member));
  return key.mac(message);
}

// Compares all digits, so that the time does not depend on the first wrong digit of a forged seal.
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

void append(std::string& out, const ScopeBinding& bound) {
  for (const std::string_view part :
       {bound.id, bound.service, bound.account, bound.content_path, bound.evidence_path}) {
    append_prefixed(out, part);
  }
}

base::Result<std::string> scope_binding(const Record& record) {
  std::string_view parts[4];
  std::size_t i = 0;
  for (const std::string_view path : {"service", "account", "content.path", "content.evidence"}) {
    const auto value = record.string(path);
    if (!value) return tl::make_unexpected(value.error());
    parts[i++] = value->value_or(std::string_view{});
  }
  std::string binding;
  append(binding, {record.id(), parts[0], parts[1], parts[2], parts[3]});
  return binding;
}

RepeatedMember::RepeatedMember(std::string_view member, const SealKey& key)
    : open_(member.substr(0, member.size() - 1)), mac_(key.mac(member)) {
  if (open_.size() > 1) open_ += ',';
  open_ += "\"mac\":\"";
}

void RepeatedMember::seal(std::string& out, std::string_view previous, const SealKey& key) const {
  out += open_;
  out += view(seal_mac(previous, mac_, key));
  out += "\"}";
}

std::string seal(std::string_view member, std::string_view previous, const SealKey& key) {
  std::string sealed;
  RepeatedMember(member, key).seal(sealed, previous, key);
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
    if (!equal_digits(view(seal_mac(previous, key.mac(member), key)), mac)) {
      return bad_seal(stage,
                      "the seal does not fit: the member or what it binds was changed, or the "
                      "stream key differs");
    }
    previous = mac;
  }
  return {};
}

}  // namespace proviso::ndjson
