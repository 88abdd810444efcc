// Seals: how a later stage knows that the earlier ones passed the record on unchanged.
//
// A stage's member is its RFC 8785 text with `"mac"` put last: SipHash-2-4-128 under the stream key
// over
//   u64le(length) previous || u64le(length) MAC(member-text-without-mac) as hex digits
// where `previous` is the mac (hex) of the stage before, and for scope u64le-length-prefixed id,
// service, account, content path and evidence path (absent: empty). The member goes in by its own
// MAC, so that a stage which writes the same member into many records reads it once. The two kinds
// of message cannot be the same: JSON text holds no zero byte, a length does.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/error.h"
#include "ndjson/record.h"

namespace proviso::ndjson {

using Mac = std::array<char, 32>;  // hex digits

// A keyed MAC. The caller implements it, so that this room needs no cryptography.
class SealKey {
 public:
  virtual ~SealKey() = default;
  virtual Mac mac(std::string_view message) const = 0;
};

// What a scope seal binds.
struct ScopeBinding {
  std::string_view id, service, account, content_path, evidence_path;
};
// As one message.
void append(std::string& out, const ScopeBinding&);
base::Result<std::string> scope_binding(const Record&);

// `member` is RFC 8785 text of an object without "mac". Returns the same object with mac as its
// last member.
std::string seal(std::string_view member, std::string_view previous, const SealKey&);

// A member that many records get: computes the part of the seal that does not depend on the record
// once.
class RepeatedMember {
 public:
  RepeatedMember() = default;
  RepeatedMember(std::string_view member, const SealKey&);
  bool empty() const { return open_.empty(); }
  // Appends the sealed member.
  void seal(std::string& out, std::string_view previous, const SealKey&) const;

 private:
  std::string open_;  // all before the digits of the mac
  Mac mac_{};         // of the member's text
};

// Verifies the seals of `stages` in order (e.g. {"scope","hash"}). Item error bad_seal.
base::Result<void> verify_seals(const Record&, std::initializer_list<std::string_view> stages,
                                const SealKey&);

}  // namespace proviso::ndjson
