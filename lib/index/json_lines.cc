#include "index/json_lines.h"

#include <utility>

#include "json/json.h"

namespace proviso::index {

namespace {

std::string text_of(const json::OrderedJson& object, int indent) {
  return object.dump(indent, ' ', false, json::OrderedJson::error_handler_t::replace) + "\n";
}
std::string line_of(const json::OrderedJson& object) { return text_of(object, -1); }

json::OrderedJson entry_of(const Hit& hit) {
  json::OrderedJson entry{{"list", hit.list}, {"entry", hit.entry}};
  if (!hit.label.empty()) entry["label"] = hit.label;
  entry["method"] = hit.method;
  if (hit.suspended) entry["suspended"] = true;
  return entry;
}

json::OrderedJson section_of(const Section& section) {
  json::OrderedJson object{
      {"list", section.list}, {"type", to_string(section.type)}, {"entries", section.entries}};
  if (section.type == HashType::vpdq) object["videos"] = section.videos;
  object["suspended"] = section.suspended;
  for (const auto& [name, value] :
       {std::pair{"purpose", &section.purpose}, std::pair{"source", &section.source},
        std::pair{"licence", &section.licence}, std::pair{"date", &section.date},
        std::pair{"verified_by", &section.verified_by},
        std::pair{"file_sha256", &section.file_sha256}}) {
    if (!value->empty()) object[name] = *value;
  }
  return object;
}

}  // namespace

std::string info_text(const Index& index) {
  json::OrderedJson object{{"index", index.digest()},
                           {"bytes", index.file_bytes()},
                           {"signed", index.is_signed()},
                           {"sections", json::OrderedJson::array()}};
  for (const Section& section : index.sections()) object["sections"].push_back(section_of(section));
  return object.dump(2) + "\n";
}

std::string report_text(const QualityReport& report) { return text_of(to_json(report), 2); }

std::string hit_line(std::string_view hash, const Hit& hit, std::string_view index_digest) {
  json::OrderedJson line{{"query", hash}};
  line.update(entry_of(hit));
  line["distance"] = hit.distance;
  line["threshold"] = hit.threshold;
  line["index"] = index_digest;
  return line_of(line);
}

std::string change_line(const Change& change) {
  json::OrderedJson line{
      {"change", to_string(change.kind)}, {"list", change.list}, {"type", to_string(change.type)}};
  for (const auto& [name, value] :
       {std::pair{"hash", &change.hash}, std::pair{"entry", &change.entry},
        std::pair{"label", &change.label}, std::pair{"old_entry", &change.old_entry},
        std::pair{"old_label", &change.old_label}}) {
    if (!value->empty()) line[name] = *value;
  }
  if (change.suspended) line["suspended"] = true;
  if (change.was_suspended) line["was_suspended"] = true;
  return line_of(line);
}

std::string section_line(const SectionDiff& section) {
  return line_of({{"list", section.list},
                  {"type", to_string(section.type)},
                  {"before", section.before},
                  {"after", section.after},
                  {"added", section.added},
                  {"removed", section.removed},
                  {"changed", section.changed},
                  {"kept", section.kept}});
}

std::string pair_line(const Hit& first, const Hit& second) {
  return line_of({{"distance", second.distance}, {"a", entry_of(first)}, {"b", entry_of(second)}});
}

}  // namespace proviso::index
