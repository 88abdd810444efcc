#include "law/listing.h"

#include <fmt/core.h>

#include <algorithm>

#include "json/json.h"
#include "law/words.h"

namespace proviso::law {
namespace {

std::size_t applying(const Instrument& text) {
  return static_cast<std::size_t>(
      std::count_if(text.rules.begin(), text.rules.end(), [](const Rule& r) { return r.applies; }));
}

std::size_t verified(const Instrument& text) {
  return static_cast<std::size_t>(std::count_if(
      text.rules.begin(), text.rules.end(), [](const Rule& r) { return r.applies && r.verified; }));
}

std::string windows_of(const Instrument& text) {
  std::string out;
  for (const Window& each : text.windows) {
    out += fmt::format("{}{} to {}", out.empty() ? "" : ", ", base::to_string(each.from),
                       base::to_string(each.to));
  }
  return out;
}

json::OrderedJson head_of(const Instrument& text) {
  json::OrderedJson out = json::OrderedJson::object();
  out["id"] = text.id;
  out["title"] = text.title;
  out["sha256"] = text.digest;
  return out;
}

}  // namespace

json::OrderedJson to_json(const Rule& rule) {
  json::OrderedJson out = json::OrderedJson::object();
  out["id"] = rule.id;
  out["applies"] = rule.applies;
  out["sentence"] = rule.sentence;
  out["citation"] = rule.citation;
  if (!rule.parameter.empty()) out["parameter"] = rule.parameter;
  out["severity"] = std::string(to_string(rule.severity));
  out["verified"] = rule.verified;
  if (!rule.checked_by.empty()) out["checked_by"] = rule.checked_by;
  if (!rule.attested_by.empty()) out["attested_by"] = rule.attested_by;
  return out;
}

json::OrderedJson to_json(const Instrument& text) {
  json::OrderedJson out = head_of(text);
  json::OrderedJson words = json::OrderedJson::object();
  for (const auto& [name, value] : parameters(text)) words[name] = value;
  out["parameters"] = std::move(words);
  out["rules"] = json::OrderedJson::array();
  for (const Rule& each : text.rules) out["rules"].push_back(to_json(each));
  return out;
}

json::OrderedJson to_json(const std::vector<Span>& spans) {
  json::OrderedJson out = json::OrderedJson::array();
  for (const Span& each : spans) {
    json::OrderedJson span = json::OrderedJson::object();
    span["from"] = base::to_string(each.from);
    if (each.to) span["to"] = base::to_string(*each.to);
    if (!each.instrument.empty()) span["instrument"] = each.instrument;
    span["open"] = !each.instrument.empty();
    out.push_back(std::move(span));
  }
  return out;
}

json::OrderedJson to_json(const std::vector<Difference>& differences) {
  json::OrderedJson out = json::OrderedJson::array();
  for (const Difference& each : differences) {
    json::OrderedJson one = json::OrderedJson::object();
    one["what"] = each.what;
    one["a"] = each.a;
    one["b"] = each.b;
    out.push_back(std::move(one));
  }
  return out;
}

json::OrderedJson list_json(const std::vector<Instrument>& texts) {
  json::OrderedJson out = json::OrderedJson::array();
  for (const Instrument& text : texts) {
    json::OrderedJson one = head_of(text);
    one["status"] = std::string(to_string(text.status));
    one["windows"] = json::OrderedJson::array();
    for (const Window& each : text.windows) {
      json::OrderedJson window = json::OrderedJson::object();
      window["from"] = base::to_string(each.from);
      window["to"] = base::to_string(each.to);
      one["windows"].push_back(std::move(window));
    }
    one["rules"] = applying(text);
    one["verified"] = verified(text);
    out.push_back(std::move(one));
  }
  return out;
}

std::string list_table(const std::vector<Instrument>& texts) {
  std::string out = fmt::format("{:<21} {:<14} {:<26} {:>5} {:>8}\n", "ID", "STATUS", "DAYS",
                                "RULES", "VERIFIED");
  for (const Instrument& text : texts) {
    out += fmt::format("{:<21} {:<14} {:<26} {:>5} {:>8}\n", text.id, to_string(text.status),
                       windows_of(text), applying(text), verified(text));
  }
  return out;
}

std::string show_table(const Instrument& text) {
  std::string out = fmt::format("{}\n{}\nsha256 {}\n\n", text.id, text.title, text.digest);
  for (const auto& [name, value] : parameters(text)) out += fmt::format("{:<24} {}\n", name, value);
  for (const Rule& rule : text.rules) {
    out += fmt::format("\n{}  {}\n", rule.id, rule.sentence);
    out += fmt::format("       {}\n", rule.citation);
    if (!rule.applies) continue;
    std::string line = std::string(to_string(rule.severity));
    if (!rule.verified) line += ", text not verified";
    if (!rule.checked_by.empty()) line += fmt::format(", checked by {}", rule.checked_by);
    if (!rule.attested_by.empty()) line += fmt::format(", attested by {}", rule.attested_by);
    if (!rule.parameter.empty()) line += fmt::format("; {}", rule.parameter);
    out += fmt::format("       {}\n", line);
  }
  return out;
}

std::string calendar_table(const std::vector<Span>& spans) {
  std::string out = fmt::format("{:<10}  {:<10}  {:<21}  {}\n", "FROM", "TO", "INSTRUMENT", "GATE");
  for (const Span& each : spans) {
    out += fmt::format("{:<10}  {:<10}  {:<21}  {}\n", base::to_string(each.from),
                       each.to ? base::to_string(*each.to) : "",
                       each.instrument.empty() ? "none" : each.instrument,
                       each.instrument.empty() ? "shut: no derogation" : "may open");
  }
  return out;
}

std::string diff_table(const Instrument& a, const Instrument& b,
                       const std::vector<Difference>& differences) {
  std::string out;
  for (const Difference& each : differences) {
    out += fmt::format("{}\n  {:<21} {}\n  {:<21} {}\n", each.what, a.id, each.a, b.id, each.b);
  }
  return out;
}

}  // namespace proviso::law
