#include "index/listing.h"

#include <algorithm>

#include "json/json.h"

namespace proviso::index {
namespace {

std::string hex_of(HashType type, const StoredEntry& entry) {
  return type == HashType::pdq ? pdq::to_hex(entry.pdq) : base::to_hex(entry.hash);
}

std::string ndjson_line(const Section& section, const StoredEntry& entry) {
  json::OrderedJson line{{"list", section.list}};
  if (!entry.id.empty()) line["id"] = entry.id;
  if (!entry.label.empty()) line["label"] = entry.label;
  if (entry.suspended) line["suspended"] = true;
  if (section.type != HashType::vpdq) {
    line[std::string(to_string(section.type))] = hex_of(section.type, entry);
    return line.dump(-1, ' ', false, json::OrderedJson::error_handler_t::replace);
  }
  json::OrderedJson frames = json::OrderedJson::array();
  for (const pdq::Hash& frame : entry.frames) frames.push_back({{"pdq", pdq::to_hex(frame)}});
  line["frames"] = std::move(frames);
  return line.dump(-1, ' ', false, json::OrderedJson::error_handler_t::replace);
}

// RFC 4180. Error(data) for text that the reader of lists would change.
std::string csv_field(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  if (text.find_first_of("\r\n") != std::string_view::npos ||
      (!text.empty() && (blank(text.front()) || blank(text.back())))) {
    throw base::Error(base::ExitCode::data,
                      "csv has no line breaks in an id or label, and no blanks at its ends",
                      "--format", "ndjson has them");
  }
  if (text.find_first_of(",\"") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

LeftOut write_listing(const Index& index, ListingForm form, std::span<const std::string> lists,
                      std::optional<HashType> type,
                      const std::function<void(std::string_view)>& line) {
  LeftOut left_out;
  if (form == ListingForm::hex && (!type || *type == HashType::vpdq)) {
    throw base::Error(base::ExitCode::usage, "hex has no types: name one of md5, sha1, sha256, pdq",
                      "--type");
  }
  if (form == ListingForm::csv) line("list,type,hash,id,label,suspended");
  for (std::uint32_t number = 0; number < index.sections().size(); ++number) {
    const Section& section = index.sections()[number];
    if ((type && section.type != *type) ||
        (!lists.empty() && std::find(lists.begin(), lists.end(), section.list) == lists.end()))
      continue;
    if (form == ListingForm::csv && section.type == HashType::vpdq) {
      left_out.videos += section.videos;
      continue;
    }
    if (form == ListingForm::hex &&
        policy::list_purpose(section.purpose) == policy::ListPurpose::known_good && lists.empty()) {
      ++left_out.known_good;
      continue;
    }
    index.for_each(number, [&](const StoredEntry& entry) {
      if (form == ListingForm::ndjson) {
        line(ndjson_line(section, entry));
      } else if (form == ListingForm::hex && entry.suspended) {
        ++left_out.suspended;
      } else if (form == ListingForm::hex) {
        line(hex_of(section.type, entry));
      } else {
        line(csv_field(section.list) + ',' + std::string(to_string(section.type)) + ',' +
             hex_of(section.type, entry) + ',' + csv_field(entry.id) + ',' +
             csv_field(entry.label) + (entry.suspended ? ",true" : ",false"));
      }
    });
  }
  return left_out;
}

}  // namespace proviso::index
