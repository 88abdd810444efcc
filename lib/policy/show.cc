#include "policy/show.h"

#include "base/mode.h"
#include "json/json.h"
#include "law/instrument.h"
#include "policy/drift.h"
#include "policy/policy.h"

namespace proviso::policy {
namespace {

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
    out.push_back({{"name", s.name},
                   {"kind", s.kind},
                   {"regions", s.regions},
                   {"e2ee", std::string(to_string(s.e2ee))},
                   {"user_notice",
                    {{"published", maybe(s.notice.published)},
                     {"url", s.notice.url},
                     {"file", s.notice.file.string()}}}});
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
    one["dpia"] = t.dpia.string();
    one["drift_digest"] = drift_digest(policy, t);
    out.push_back(std::move(one));
  }
  return out;
}

OrderedJson columns(const List& list) {
  OrderedJson out = OrderedJson::object();
  for (const auto& [column, name] : list.columns) out[std::string(to_string(column))] = name;
  return out;
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

}  // namespace

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
  out["technologies"] = technologies(p);
  out["lists"] = OrderedJson::array();
  for (const List& l : p.lists) {
    out["lists"].push_back({{"name", l.name},
                            {"path", l.path.string()},
                            {"source", l.source},
                            {"purpose", l.purpose},
                            {"verified_by", l.verified_by},
                            {"licence", l.licence},
                            {"date", maybe(l.date)},
                            {"label", l.label},
                            {"format", l.format ? to_string(*l.format) : ""},
                            {"type", l.type ? to_string(*l.type) : ""},
                            {"columns", columns(l)},
                            {"categories", l.categories},
                            {"withdrawn", l.withdrawn.string()},
                            {"max_age", maybe(l.max_age)}});
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
  out["retention"] = {{"suspected", base::to_string(p.retention_suspected)},
                      {"confirmed", base::to_string(p.retention_confirmed)},
                      {"unscanned", base::to_string(p.retention_unscanned)},
                      {"replay", base::to_string(p.retention_replay)}};
  out["people"] = OrderedJson::array();
  for (const Person& person : p.people) {
    OrderedJson roles = OrderedJson::array();
    for (const Role role : person.roles) roles.push_back(std::string(to_string(role)));
    out["people"].push_back({{"number", person.number},
                             {"id", person.id},
                             {"roles", roles},
                             {"certificate", person.certificate.string()}});
  }
  out["review"] = {{"required", p.review_all ? "all" : "as-the-instrument-says"},
                   {"four_eyes", p.four_eyes},
                   {"oversight_every", base::to_string(p.oversight_every)}};
  out["match"] = {{"known_within", number(p.known_within)},
                  {"max_hit_share", number(p.max_hit_share)},
                  {"window", number(p.hit_share_window)}};
  out["purge"] = {{"every", base::to_string(p.purge_every)},
                  {"max_share", number(p.purge_max_share)},
                  {"overdue", p.overdue_escalate ? "escalate" : "purge"}};
  out["redress"] = {{"contact", p.redress_contact},
                    {"answer_within", base::to_string(p.redress_answer_within)},
                    {"rectify_within", base::to_string(p.redress_rectify_within)}};
  out["grounds"] = {{"gdpr", p.gdpr_grounds}, {"transfers", p.transfer_grounds}};
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
