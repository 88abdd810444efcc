#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/file.h"
#include "index/index.h"
#include "json/json.h"

namespace proviso::index {
namespace {

constexpr std::uint64_t kMaxListBytes = 8ull << 30;
constexpr std::size_t kMaxFieldBytes = 256;     // of an id or label

// Digests of the empty file: they stand in real lists by mistake and would match every empty attachment.
constexpr std::array<std::string_view, 3> kEmptyFile{"d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                                                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// One hash of one line, as far as it is well formed; else the reason.
std::optional<std::string> add(ListInput& list, std::string_view type, std::string_view hex, const std::string& id,
                               const std::string& label, bool suspended) {
  if (id.size() > kMaxFieldBytes || label.size() > kMaxFieldBytes) return fmt::format("an id or label over {} bytes", kMaxFieldBytes);
  Entry entry;
  entry.id = id;
  entry.label = label;
  entry.suspended = suspended;
  if (type == "pdq") {
    const auto hash = pdq::from_hex(hex);
    if (!hash) return "pdq: 64 hex digits were expected";
    if (*hash == pdq::Hash{}) return "pdq: the hash of all zeros names no picture";
    entry.pdq = *hash;
  } else if (const auto digest = digest::parse_type(type)) {
    auto bytes = base::from_hex(hex);
    if (!bytes || bytes->size() != digest::size_of(*digest)) {
      return fmt::format("{}: {} hex digits were expected", type, 2 * digest::size_of(*digest));
    }
    if (std::find(kEmptyFile.begin(), kEmptyFile.end(), base::to_hex(*bytes)) != kEmptyFile.end()) {
      return fmt::format("{}: the digest of the empty file", type);
    }
    entry.digest_type = *digest;
    entry.digest = std::move(*bytes);
  } else {
    return fmt::format("'{}' is none of md5, sha1, sha256, pdq", type);
  }
  list.entries.push_back(std::move(entry));
  return std::nullopt;
}

// RFC 4180: fields in double quotes may hold commas and doubled quotes. nullopt when a quote is not closed.
std::optional<std::vector<std::string>> csv_fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted) {
      if (c != '"') fields.back() += c;
      else if (i + 1 < line.size() && line[i + 1] == '"') fields.back() += line[++i];
      else quoted = false;
    } else if (c == '"' && fields.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (quoted) return std::nullopt;
  return fields;
}

struct Columns {
  std::optional<std::size_t> id, label, hash, type, suspended;
  std::vector<std::pair<std::size_t, std::string>> typed;    // column, its hash type
};

Columns columns_of(const std::vector<std::string>& header, const std::string& place) {
  Columns columns;
  for (std::size_t i = 0; i < header.size(); ++i) {
    std::string name(trim(header[i]));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c); });
    if (name == "id") columns.id = i;
    else if (name == "label" || name == "category") columns.label = i;
    else if (name == "hash") columns.hash = i;
    else if (name == "type" || name == "algorithm") columns.type = i;
    else if (name == "suspended") columns.suspended = i;
    else if (name == "pdq" || digest::parse_type(name)) columns.typed.emplace_back(i, name);
  }
  if (!columns.hash && columns.typed.empty()) {
    throw base::Error(base::ExitCode::data, "the header names no column hash, md5, sha1, sha256 or pdq", place + ":1");
  }
  return columns;
}

std::optional<std::string> csv_line(ListInput& list, const Columns& columns, const std::vector<std::string>& fields,
                                    const std::string& declared, std::uint64_t number) {
  const auto field = [&](std::optional<std::size_t> column) {
    return column && *column < fields.size() ? std::string(trim(fields[*column])) : std::string();
  };
  std::string id = field(columns.id);
  if (id.empty()) id = fmt::format("line {}", number);
  const std::string label = field(columns.label);
  const std::string state = field(columns.suspended);
  const bool suspended = state == "true" || state == "1" || state == "yes";
  std::size_t found = 0;
  if (columns.hash) {
    const std::string type = columns.type ? field(columns.type) : declared;
    if (type.empty()) return "the hash's type is not declared: name a column 'type', or the type of the list";
    if (auto why = add(list, type, field(columns.hash), id, label, suspended)) return why;
    ++found;
  }
  for (const auto& [column, type] : columns.typed) {
    const std::string hex = field(column);
    if (hex.empty()) continue;
    if (auto why = add(list, type, hex, id, label, suspended)) return why;
    ++found;
  }
  return found == 0 ? std::optional<std::string>("no hash on the line") : std::nullopt;
}

std::optional<std::string> ndjson_line(ListInput& list, std::string_view line, std::uint64_t number) {
  json::Json record;
  try {
    record = json::parse(line, "line");
  } catch (const base::Error& error) {
    return std::string(error.findings().front().what);
  }
  if (!record.is_object()) return "no JSON object";
  for (const char* name : {"id", "path", "label", "md5", "sha1", "sha256", "pdq"}) {
    if (record.contains(name) && !record[name].is_string()) return fmt::format("{}: a string was expected", name);
  }
  if (record.contains("suspended") && !record["suspended"].is_boolean()) return "suspended: true or false was expected";
  const std::string id = record.value("id", record.value("path", fmt::format("line {}", number)));
  const std::string label = record.value("label", std::string());
  const bool suspended = record.value("suspended", false);
  std::size_t found = 0;
  for (const char* type : {"md5", "sha1", "sha256", "pdq"}) {
    if (!record.contains(type)) continue;
    if (auto why = add(list, type, record[type].get_ref<const std::string&>(), id, label, suspended)) return why;
    ++found;
  }
  return found == 0 ? std::optional<std::string>("no hash on the line") : std::nullopt;
}

ListFormat format_of(const policy::List& about) {
  ListFormat format;
  const std::string suffix = about.path.extension().string();
  format.form = suffix == ".csv" ? ListFormat::Form::csv
                : suffix == ".ndjson" || suffix == ".jsonl" ? ListFormat::Form::ndjson : ListFormat::Form::hex;
  const std::string inner = about.path.stem().extension().string();     // known.pdq.txt declares pdq
  if (!inner.empty()) format.type = inner.substr(1);
  return format;
}

}  // namespace

ListInput read_list(const policy::List& about, const std::optional<ListFormat>& given) {
  const ListFormat format = given ? *given : format_of(about);
  const std::string place = about.path.string();
  if (format.form == ListFormat::Form::hex && format.type != "pdq" && !digest::parse_type(format.type)) {
    throw base::Error(base::ExitCode::config, "the hash type of a plain list is declared, never guessed", place,
                      "name the file NAME.TYPE.txt with TYPE md5, sha1, sha256 or pdq");
  }
  const std::string text = base::read_file(about.path, kMaxListBytes);
  ListInput list;
  list.about = about;
  std::string_view rest(text);
  if (rest.substr(0, 3) == "\xEF\xBB\xBF") rest.remove_prefix(3);      // byte order mark
  std::optional<Columns> columns;
  for (std::uint64_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = trim(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty()) continue;
    std::optional<std::string> why;
    const std::size_t before = list.entries.size();
    if (format.form == ListFormat::Form::ndjson) {
      why = ndjson_line(list, line, number);
    } else if (format.form == ListFormat::Form::hex) {
      if (line.front() == '#') continue;
      why = add(list, format.type, line, fmt::format("line {}", number), {}, false);
    } else {
      const auto fields = csv_fields(line);
      if (!columns) {
        if (!fields) throw base::Error(base::ExitCode::data, "a quote that is not closed", place + ":1");
        columns = columns_of(*fields, place);
        continue;
      }
      why = fields ? csv_line(list, *columns, *fields, format.type, number) : std::optional<std::string>("a quote that is not closed");
    }
    if (why) {
      list.entries.resize(before);      // a line counts whole or not at all
      list.bad.push_back({number, std::move(*why)});
    }
  }
  return list;
}

}  // namespace proviso::index
