#include "stage/hash/hash_formats.h"

#include <fmt/core.h>

#include <array>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "json/json.h"

namespace proviso::stage {
namespace {

constexpr std::pair<std::string_view, HashFormat> kFormats[] = {{"ndjson", HashFormat::ndjson},
                                                                {"hashdeep", HashFormat::hashdeep},
                                                                {"sum", HashFormat::sum},
                                                                {"csv", HashFormat::csv}};
constexpr const char* kMembers[] = {"bytes",
                                    "kind",
                                    "md5",
                                    "sha1",
                                    "sha256",
                                    "sha512",
                                    "pdq",
                                    "pdq_quality",
                                    "width",
                                    "height",
                                    "pdq_dihedral",
                                    "pdq_unletterboxed",
                                    "pdq_unletterboxed_quality",
                                    "frames",
                                    "frames_sampled",
                                    "frames_low_quality",
                                    "frames_duplicate",
                                    "duration_ms",
                                    "members",
                                    "skipped",
                                    "by"};
constexpr std::string_view kCsvHeader =
    "path,bytes,kind,md5,sha1,sha256,sha512,pdq,pdq_quality,by,error\n";

std::vector<std::string_view> names_of(const digest::Wanted& wanted) {
  std::vector<std::string_view> names;
  if (wanted.md5) names.push_back("md5");
  if (wanted.sha1) names.push_back("sha1");
  if (wanted.sha256) names.push_back("sha256");
  if (wanted.sha512) names.push_back("sha512");
  return names;
}

std::vector<std::string> digests_of(const digest::Digests& digests) {
  std::vector<std::string> out;
  if (digests.md5) out.push_back(base::to_hex(*digests.md5));
  if (digests.sha1) out.push_back(base::to_hex(*digests.sha1));
  if (digests.sha256) out.push_back(base::to_hex(*digests.sha256));
  if (digests.sha512) out.push_back(base::to_hex(*digests.sha512));
  return out;
}

std::string ndjson_line(const std::filesystem::path& path,
                        const base::Result<ContentHash>& result) {
  json::OrderedJson line;
  line["path"] = path.string();
  if (result) {
    const json::Json found = to_json(*result);
    for (const char* name : kMembers) {
      if (found.contains(name)) line[name] = found[name];
    }
  } else {
    line["error"] = {
        {"tool", "hash"}, {"code", result.error().code}, {"message", result.error().message}};
  }
  // A file name need not be UTF-8; it must not end the run.
  return line.dump(-1, ' ', false, json::OrderedJson::error_handler_t::replace) + "\n";
}

// As GNU md5sum writes names with a newline or backslash: both escaped, and the line begins with a
// backslash.
std::string sum_line(const std::filesystem::path& path, const ContentHash& content) {
  std::string name;
  for (const char c : path.string()) {
    if (c == '\\')
      name += "\\\\";
    else if (c == '\n')
      name += "\\n";
    else if (c == '\r')
      name += "\\r";
    else
      name += c;
  }
  const bool escaped = name.size() != path.string().size();
  return fmt::format("{}{}  {}\n", escaped ? "\\" : "", digests_of(content.digests).front(), name);
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += c;
  }
  return out + "\"";
}

std::string csv_line(const std::filesystem::path& path, const base::Result<ContentHash>& result) {
  std::array<std::string, 11> fields;
  fields[0] = path.string();
  if (!result) {
    fields[10] = result.error().code + ": " + result.error().message;
  } else {
    const digest::Digests& digests = result->digests;
    fields[1] = std::to_string(digests.bytes);
    fields[2] = base::to_string(result->kind.kind);
    if (digests.md5) fields[3] = base::to_hex(*digests.md5);
    if (digests.sha1) fields[4] = base::to_hex(*digests.sha1);
    if (digests.sha256) fields[5] = base::to_hex(*digests.sha256);
    if (digests.sha512) fields[6] = base::to_hex(*digests.sha512);
    if (result->found && !result->found->container) {
      const media::Leaf& leaf = result->found->leaves.front();
      if (leaf.picture) {
        fields[7] = pdq::to_hex(leaf.picture->pdq.hash);
        fields[8] = std::to_string(leaf.picture->pdq.quality);
      }
      fields[9] = leaf.by;
    }
    if (const std::size_t unread = unread_leaves(*result); unread != 0)
      fields[10] = fmt::format("{} members could not be read", unread);
  }
  std::string line;
  for (const std::string& field : fields) line += (line.empty() ? "" : ",") + csv_field(field);
  return line + "\n";
}

}  // namespace

std::optional<HashFormat> parse_hash_format(std::string_view name) {
  for (const auto& [text, format] : kFormats) {
    if (text == name) return format;
  }
  return std::nullopt;
}

std::string header_of(HashFormat format, const digest::Wanted& wanted) {
  if (format == HashFormat::csv) return std::string(kCsvHeader);
  if (format != HashFormat::hashdeep) return {};
  std::string columns = "size";
  for (const std::string_view name : names_of(wanted)) columns += "," + std::string(name);
  return fmt::format("%%%% HASHDEEP-1.0\n%%%% {},filename\n## proviso hash\n##\n", columns);
}

std::string line_of(HashFormat format, const std::filesystem::path& path,
                    const base::Result<ContentHash>& result) {
  switch (format) {
    case HashFormat::ndjson:
      return ndjson_line(path, result);
    case HashFormat::csv:
      return csv_line(path, result);
    case HashFormat::sum:
      return result ? sum_line(path, *result) : std::string();
    case HashFormat::hashdeep:
      break;
  }
  if (!result) return {};
  std::string line = std::to_string(result->digests.bytes);
  for (const std::string& hex : digests_of(result->digests)) line += "," + hex;
  return line + "," + path.string() + "\n";
}

}  // namespace proviso::stage
