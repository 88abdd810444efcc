#include "gate/item_facts.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "gate/derived_indicators.h"
#include "gate/parties.h"
#include "law/union.h"
#include "ndjson/elements.h"

namespace proviso::gate {
namespace {

namespace dom = simdjson::dom;
using base::ContentKind;

bool is_stage_member(std::string_view key) {
  return key == "scope" || key == "hash" || key == "match" || key == "retain" || key == "error";
}

// Reads member after member; each reader may refuse the record, and then returns false. A Result of
// 144 bytes for each member of each record, cleared each time, took a sixth of a dry run.
class FactReader {
 public:
  FactReader(const policy::Policy& policy, ItemFacts& out) : policy_(policy), out_(out) {}

  bool read(const ndjson::Record& record) {
    out_.id = record.id();
    for (const ndjson::Field& field : record.fields()) {
      if (!member(field.key, field.value)) return false;
    }
    if (out_.service.empty()) return bad("field service: missing");
    if (out_.account.empty()) return bad("field account: missing");
    if (out_.region[0] == 0) return bad("field region: missing");
    if (!has_kind_) return bad("field content.kind: missing");
    out_.declared = policy_.service(out_.service);
    parties.account = out_.account;
    return true;
  }

  Parties parties;
  std::string problem;  // why the record was refused

 private:
  bool bad(std::string what) {
    problem = std::move(what);
    return false;
  }

  bool member(std::string_view key, dom::element value) {
    switch (key.size()) {
      case 4:
        if (key == "role") return ignored_text("role", value);
        if (key == "e2ee") return truth("e2ee", value, out_.e2ee);
        break;
      case 6:
        if (key == "region") return region(value);
        if (key == "labels") parties.labels = value;
        if (key == "scores" && !value.is_object())
          return bad("field scores: an object is expected");
        break;
      case 7:
        if (key == "service") return text("service", value, out_.service);
        if (key == "account") return text("account", value, out_.account);
        if (key == "sent_at") return sent_at(value);
        if (key == "content") return content(value);
        if (key == "secrecy") parties.secrecy = value;
        break;
      case 10:
        if (key == "indicators") return indicators(value);
        break;
      case 12:
        if (key == "counterparts") parties.counterparts = value;
        break;
      default:
        break;
    }
    if (is_stage_member(key))
      return bad(fmt::format("field {}: already there; only a stage may write it", key));
    return true;
  }

  bool text(std::string_view name, dom::element value, std::string_view& out) {
    if (value.get_string().get(out) != simdjson::SUCCESS)
      return bad(fmt::format("field {}: expected a string", name));
    if (out.empty()) return bad(fmt::format("field {}: missing", name));
    return true;
  }

  bool ignored_text(std::string_view name, dom::element value) {
    if (!value.is_string()) return bad(fmt::format("field {}: expected a string", name));
    return true;
  }

  bool truth(std::string_view name, dom::element value, bool& out) {
    if (value.get_bool().get(out) != simdjson::SUCCESS)
      return bad(fmt::format("field {}: expected true or false", name));
    return true;
  }

  bool region(dom::element value) {
    std::string_view code;
    if (value.get_string().get(code) != simdjson::SUCCESS)
      return bad("field region: expected a string");
    if (!law::is_region_code(code)) {
      return bad("field region: an ISO 3166 code of two letters, or EU, is expected");
    }
    out_.region = {code[0], code[1]};
    return true;
  }

  bool sent_at(dom::element value) {
    std::string_view instant;
    if (value.get_string().get(instant) != simdjson::SUCCESS)
      return bad("field sent_at: expected a string");
    out_.sent_at = base::parse_instant(instant);
    if (!out_.sent_at) return bad("field sent_at: an RFC 3339 instant is expected");
    return true;
  }

  bool indicators(dom::element value) {
    dom::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS)
      return bad("field indicators: an object is expected");
    out_.has_indicators = true;
    out_.derived = object.size() > 0;
    return true;
  }

  bool content(dom::element value) {
    dom::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS)
      return bad("field content: expected an object");
    for (const auto field : object) {
      if (field.key == "kind") {
        std::string_view word;
        if (!text("content.kind", field.value, word)) return false;
        const auto kind = base::parse_content_kind(word);
        if (!kind)
          return bad(
              "field content.kind: image, video, text, audio, archive, mail or file is expected");
        if (has_kind_) return bad("field content.kind: stands twice");
        out_.kind = *kind;
        has_kind_ = true;
      } else if (field.key == "path") {
        if (!out_.path.empty()) return bad("field content.path: stands twice");
        if (!text("content.path", field.value, out_.path)) return false;
      } else if (field.key == "evidence") {
        if (!out_.evidence.empty()) return bad("field content.evidence: stands twice");
        if (field.value.get_string().get(out_.evidence) != simdjson::SUCCESS) {
          return bad("field content.evidence: expected a string");
        }
      } else if (field.key == "mime") {
        if (!ignored_text("content.mime", field.value)) return false;
      } else if (field.key == "bytes") {
        if (field.value.get_uint64().get(out_.bytes) != simdjson::SUCCESS) {
          return bad("field content.bytes: expected an integer, zero or more");
        }
      }
    }
    return true;
  }

  const policy::Policy& policy_;
  ItemFacts& out_;
  bool has_kind_ = false;
};

}  // namespace

std::optional<std::uint64_t> ItemFacts::key(const policy::Policy& policy) const {
  if (text) return std::nullopt;
  const auto bit = [](bool value, unsigned place) { return std::uint64_t{value} << place; };
  const std::uint64_t place = declared == nullptr
                                  ? 0xffffffffu
                                  : static_cast<std::uint64_t>(declared - policy.services.data());
  return place << 32 | std::uint64_t{static_cast<unsigned char>(region[0])} << 24 |
         std::uint64_t{static_cast<unsigned char>(region[1])} << 16 |
         static_cast<std::uint64_t>(kind) << 8 | bit(e2ee, 0) | bit(has_indicators, 1) |
         bit(derived, 2) | bit(secrecy.is_protected, 3) | bit(secrecy.undetermined, 4) |
         bit(!path.empty(), 5);
}

base::Result<ItemFacts> read_facts(const ndjson::Record& record, const policy::Policy& policy,
                                   const law::Resolved& law, const ProtectedAccounts& accounts) {
  ItemFacts facts;
  FactReader reader(policy, facts);
  if (!reader.read(record)) return base::fail("bad_record", std::move(reader.problem));
  const auto secrecy = secrecy_of(reader.parties, policy, accounts);
  if (!secrecy) return tl::make_unexpected(secrecy.error());
  facts.secrecy = *secrecy;
  if (facts.kind == ContentKind::text || facts.has_indicators)
    facts.text = text_refusal(record, policy, law);
  return facts;
}

}  // namespace proviso::gate
