#include "policy/show.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/mode.h"
#include "crypto/random.h"
#include "json/json.h"
#include "law/instrument.h"
#include "policy/drift.h"
#include "policy/policy.h"

namespace proviso::policy {
namespace {

using json::Json;
using json::OrderedJson;

OrderedJson maybe(const std::optional<base::Date>& day) {
  return day ? OrderedJson(base::to_string(*day)) : OrderedJson();
}
OrderedJson maybe(const std::optional<base::Period>& period) {
  return period ? OrderedJson(base::to_string(*period)) : OrderedJson();
}
template <class Number>
OrderedJson number(const std::optional<Number>& value) {
  return value ? OrderedJson(*value) : OrderedJson();
}

std::string without_pin(const std::string& uri) {
  if (uri.rfind("pkcs11:", 0) != 0) return uri;
  return uri.substr(0, uri.find('?'));
}

OrderedJson services(const Policy& policy) {
  OrderedJson out = OrderedJson::array();
  for (const Service& s : policy.services) {
    out.push_back(
        {{"name", s.name},
         {"kind", s.kind},
         {"regions", s.regions},
         {"e2ee", std::string(to_string(s.e2ee))},
         {"user_notice", {{"published", maybe(s.notice.published)}, {"url", s.notice.url}}}});
  }
  return out;
}

OrderedJson technologies(const Policy& policy) {
  OrderedJson out = OrderedJson::array();
  for (const Technology& t : policy.technologies) {
    OrderedJson content = OrderedJson::array();
    for (const base::ContentKind kind : t.content)
      content.push_back(std::string(base::to_string(kind)));
    OrderedJson one = {{"name", t.name},
                       {"version", t.version},
                       {"purpose", std::string(to_string(t.purpose))},
                       {"method", std::string(to_string(t.method))}};
    one["parameters"] = OrderedJson::parse(parameters_json(t.method).dump());
    one["content"] = content;
    one["services"] = t.services;
    one["lists"] = t.lists;
    one["first_used"] = maybe(t.first_used);
    one["first_used_by_any_provider"] = maybe(t.first_used_by_any);
    out.push_back(std::move(one));
  }
  return out;
}

OrderedJson roles(const Person& person) {
  OrderedJson out = OrderedJson::array();
  for (const Role role : person.roles) out.push_back(std::string(to_string(role)));
  return out;
}

OrderedJson columns(const List& list) {
  OrderedJson out = OrderedJson::object();
  for (const auto& [column, name] : list.columns) out[std::string(to_string(column))] = name;
  return out;
}

// What the list is and how it is read, without the places of its files.
OrderedJson edition(const List& l) {
  return {{"source", l.source},
          {"purpose", l.purpose},
          {"verified_by", l.verified_by},
          {"licence", l.licence},
          {"date", maybe(l.date)},
          {"label", l.label},
          {"format", l.format ? to_string(*l.format) : ""},
          {"type", l.type ? to_string(*l.type) : ""},
          {"columns", columns(l)},
          {"categories", l.categories}};
}

OrderedJson retention(const Policy& p) {
  return {{"suspected", base::to_string(p.retention_suspected)},
          {"confirmed", base::to_string(p.retention_confirmed)},
          {"unscanned", base::to_string(p.retention_unscanned)},
          {"replay", base::to_string(p.retention_replay)}};
}

OrderedJson review(const Policy& p) {
  return {{"required", p.review_all ? "all" : "as-the-instrument-says"},
          {"four_eyes", p.four_eyes},
          {"oversight_every", base::to_string(p.oversight_every)}};
}

OrderedJson match(const Policy& p) {
  return {{"known_within", number(p.known_within)},
          {"max_hit_share", number(p.max_hit_share)},
          {"window", number(p.hit_share_window)}};
}

OrderedJson purge(const Policy& p) {
  return {{"every", base::to_string(p.purge_every)},
          {"max_share", number(p.purge_max_share)},
          {"overdue", p.overdue_escalate ? "escalate" : "purge"}};
}

OrderedJson grounds(const Policy& p) {
  return {{"gdpr", p.gdpr_grounds}, {"transfers", p.transfer_grounds}};
}

OrderedJson effective_law(const law::Resolved& law) {
  OrderedJson texts = OrderedJson::array();
  for (const law::Instrument* text : law.all()) {
    texts.push_back({{"id", text->id}, {"title", text->title}, {"sha256", text->digest}});
  }
  OrderedJson attested = OrderedJson::array();
  for (const law::Rule* rule : law.attested_rules())
    attested.push_back({{"rule", rule->id}, {"role", rule->attested_by}});
  return {{"texts", texts},
          {"retention_max", maybe(law.retention_max())},
          {"pending_review_max", maybe(law.pending_review_max())},
          {"unconfirmed_storage", law.unconfirmed_storage()},
          {"storage_purposes", law.storage_purposes()},
          {"public_register", law.public_register()},
          {"dpia_required", law.dpia_required()},
          {"consultation_required", law.consultation_required()},
          {"attested_rules", attested}};
}

bool is_of_a_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || byte >= 0x80 || c == '-' || c == '_';
}

// Each place where `name` is a word, or words, of its own becomes `mark`.
void replace_word(std::string& text, std::string_view name, std::string_view mark) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
    const std::size_t end = at + name.size();
    const bool whole = (at == 0 || !is_of_a_word(text[at - 1])) &&
                       (end == text.size() || !is_of_a_word(text[end]));
    if (whole) text.replace(at, name.size(), mark);
    at += whole ? mark.size() : 1;
  }
}

void replace_addresses(std::string& text) {
  constexpr std::string_view kBlank = " \t\r\n";
  constexpr std::string_view kMark = "[address]";
  for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@', at)) {
    const std::size_t before = text.find_last_of(kBlank, at);
    const std::size_t start = before == std::string::npos ? 0 : before + 1;
    const std::size_t end = std::min(text.find_first_of(kBlank, at), text.size());
    text.replace(start, end - start, kMark);
    at = start + kMark.size();
  }
}

bool says_nothing(const Json& value) {
  return value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty());
}

// Texts are for people to write, and may name some all the same.
void clean(Json& value, const std::vector<std::string>& ids) {
  if (value.is_string()) {
    auto& text = value.get_ref<std::string&>();
    replace_addresses(text);
    for (const std::string& id : ids) replace_word(text, id, "[person]");
  }
  if (!value.is_structured()) return;
  for (Json& each : value) clean(each, ids);
  if (!value.is_object()) return;
  for (auto it = value.begin(); it != value.end();)
    it = says_nothing(*it) ? value.erase(it) : std::next(it);
}

// The longest first: an id may be a part of another.
std::vector<std::string> ids_of(const std::vector<Person>& people) {
  std::vector<std::string> ids;
  ids.reserve(people.size());
  for (const Person& person : people) ids.push_back(person.id);
  std::sort(ids.begin(), ids.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  return ids;
}

std::string digest_of(const Person& person) {
  return crypto::sha256_hex(json::canonical(
      {{"certificate_sha256", crypto::sha256_hex(base::read_file(person.certificate))},
       {"id", person.id},
       {"roles", Json(roles(person))},
       {"training", person.training}}));
}

Json attestations_by_number(const Policy& p) {
  Json out = Json::array();
  for (const Attestation& a : p.attestations) {
    const Person* const person = p.person(a.person);
    out.push_back({{"rule", a.rule},
                   {"role", std::string(to_string(a.role))},
                   {"person", person == nullptr ? 0 : person->number},
                   {"date", base::to_string(a.date)},
                   {"expires", base::to_string(a.expires)},
                   {"evidence_sha256", a.evidence_sha256}});
  }
  return out;
}

}  // namespace

Json without_people(const Policy& p, const law::Resolved& law,
                    std::string_view protected_accounts_sha256) {
  OrderedJson shown;
  shown["proviso"] = 1;
  shown["mode"] = base::mode_word(p.rehearsal);
  shown["provider"] = {{"name", p.provider.name},
                       {"establishment", p.provider.establishment},
                       {"supervisory_authority", p.provider.supervisory_authority}};
  shown["instrument"] = law.base().id;
  shown["also"] = OrderedJson::array();
  for (const law::Instrument& text : law.also()) shown["also"].push_back(text.id);
  shown["services"] = services(p);
  shown["technologies"] = technologies(p);
  for (std::size_t i = 0; i < p.technologies.size(); ++i) {
    shown["technologies"][i]["first_used_evidence"] = p.technologies[i].first_used_evidence;
    shown["technologies"][i]["drift_digest"] = drift_digest(p, p.technologies[i]);
  }
  shown["lists"] = OrderedJson::array();
  for (const List& l : p.lists) {
    OrderedJson one = edition(l);
    one["name"] = l.name;
    one["max_age"] = maybe(l.max_age);
    shown["lists"].push_back(std::move(one));
  }
  shown["professional_secrecy"] = {{"markers", p.secrecy_markers}};
  shown["evidence_fields"] = p.evidence_fields;
  shown["retention"] = retention(p);
  shown["review"] = review(p);
  shown["match"] = match(p);
  shown["purge"] = purge(p);
  shown["redress"] = {{"has_contact", !p.redress_contact.empty()},
                      {"answer_within", base::to_string(p.redress_answer_within)},
                      {"rectify_within", base::to_string(p.redress_rectify_within)}};
  shown["grounds"] = grounds(p);
  shown["report"] = p.report_texts;
  Json out = Json(shown);
  clean(out, ids_of(p.people));
  out["people"] = Json::array();
  for (const Person& person : p.people) {
    out["people"].push_back(
        {{"number", person.number}, {"roles", Json(roles(person))}, {"sha256", digest_of(person)}});
  }
  out["attestations"] = attestations_by_number(p);
  Json registers = Json::object();
  for (const auto& [key, digest] : p.register_sha256) registers[key] = digest;
  if (!protected_accounts_sha256.empty())
    registers["protected_accounts"] = protected_accounts_sha256;
  out["registers"] = std::move(registers);
  return out;
}

OrderedJson resolved_json(const Policy& p, const law::Resolved& law) {
  OrderedJson out;
  out["file"] = p.file.string();
  out["mode"] = base::mode_word(p.rehearsal);
  out["provider"] = {{"name", p.provider.name},
                     {"establishment", p.provider.establishment},
                     {"contact", p.provider.contact},
                     {"supervisory_authority", p.provider.supervisory_authority},
                     {"dpo", p.provider.dpo}};
  out["instrument"] = p.instrument;
  out["also"] = p.also;
  out["law"] = effective_law(law);
  out["services"] = services(p);
  for (std::size_t i = 0; i < p.services.size(); ++i)
    out["services"][i]["user_notice"]["file"] = p.services[i].notice.file.string();
  out["technologies"] = technologies(p);
  for (std::size_t i = 0; i < p.technologies.size(); ++i) {
    out["technologies"][i]["dpia"] = p.technologies[i].dpia.string();
    out["technologies"][i]["drift_digest"] = drift_digest(p, p.technologies[i]);
  }
  out["lists"] = OrderedJson::array();
  for (const List& l : p.lists) {
    OrderedJson one{{"name", l.name}, {"path", l.path.string()}};
    one.update(edition(l));
    one["withdrawn"] = l.withdrawn.string();
    one["max_age"] = maybe(l.max_age);
    out["lists"].push_back(std::move(one));
  }
  out["organisations"] = OrderedJson::array();
  for (const Organisation& o : p.organisations) {
    out["organisations"].push_back({{"id", o.id},
                                    {"name", o.name},
                                    {"country", o.country},
                                    {"authority", o.authority},
                                    {"from", base::to_string(o.from)},
                                    {"to", maybe(o.to)},
                                    {"public_register", o.public_register},
                                    {"transfer_ground", o.transfer_ground}});
  }
  out["professional_secrecy"] = {{"protected_accounts", p.protected_accounts.string()},
                                 {"markers", p.secrecy_markers}};
  out["evidence_fields"] = p.evidence_fields;
  out["retention"] = retention(p);
  out["people"] = OrderedJson::array();
  for (const Person& person : p.people) {
    out["people"].push_back({{"number", person.number},
                             {"id", person.id},
                             {"roles", roles(person)},
                             {"certificate", person.certificate.string()}});
  }
  out["review"] = review(p);
  out["match"] = match(p);
  out["purge"] = purge(p);
  out["redress"] = {{"contact", p.redress_contact},
                    {"answer_within", base::to_string(p.redress_answer_within)},
                    {"rectify_within", base::to_string(p.redress_rectify_within)}};
  out["grounds"] = grounds(p);
  out["attestations"] = OrderedJson::array();
  for (const Attestation& a : p.attestations) {
    const auto flaw = attestation_flaw(p, a, base::date_of(base::now()));
    out["attestations"].push_back({{"rule", a.rule},
                                   {"person", a.person},
                                   {"role", std::string(to_string(a.role))},
                                   {"date", base::to_string(a.date)},
                                   {"expires", base::to_string(a.expires)},
                                   {"holds", !flaw},
                                   {"flaw", flaw ? OrderedJson(*flaw) : OrderedJson()}});
  }
  out["report"] = p.report_texts;
  OrderedJson seal = OrderedJson::array();
  for (const fs::path& file : p.seal_certificates) seal.push_back(file.string());
  out["keys"] = {{"seal", seal},
                 {"ledger", without_pin(p.ledger_key)},
                 {"stream", without_pin(p.stream_key)},
                 {"protected_accounts", without_pin(p.protected_accounts_key)},
                 {"index", p.index_key},
                 {"packages", without_pin(p.packages_key)},
                 {"packages_certificate", p.packages_certificate.string()}};
  out["paths"] = {{"spool", p.spool.string()},
                  {"vault", p.vault.string()},
                  {"ledger", p.ledger.string()},
                  {"index", p.index.string()}};
  return out;
}

}  // namespace proviso::policy
