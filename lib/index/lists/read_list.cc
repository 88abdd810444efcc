// Chooses the reader of a list by the policy's format, else by the file's name, and refuses lists
// made for another purpose.
#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "index/lists/formats.h"

namespace proviso::index {
namespace lists {
namespace {

constexpr std::size_t kHeadBytes =
    64 * 1024;  // looked through for the shape of a list made for another purpose

struct Form {
  std::string name;
  std::optional<HashType> type;
};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// "md5sums", "SHA256SUMS.txt": the usual names of lists of digest tools.
std::optional<HashType> sums_type(std::string_view name) {
  for (const HashType type : {HashType::md5, HashType::sha1, HashType::sha256}) {
    const std::string sums = std::string(to_string(type)) + "sum";
    if (name.substr(0, sums.size()) != sums) continue;
    const std::string_view rest = name.substr(sums.size());
    if (rest.empty() || rest == "s" || rest == ".txt" || rest == "s.txt") return type;
  }
  return std::nullopt;
}

Form form_of(const policy::List& list) {
  const std::string name = lower(list.path.filename().string());
  const std::string suffix = lower(list.path.extension().string());
  Form form;
  if (!list.type.empty()) {
    form.type = type_named(list.type);
    if (!form.type) {
      throw base::Error(base::ExitCode::config,
                        fmt::format("type '{}' is none of md5, sha1, sha256, pdq", list.type),
                        list.path.string());
    }
  } else if (const auto sums = sums_type(name)) {
    form.type = sums;
  } else if (suffix == ".md5" || suffix == ".sha1" || suffix == ".sha256") {
    form.type = type_named(suffix.substr(1));
  } else if (const std::string inner = lower(list.path.stem().extension().string());
             !inner.empty()) {
    const auto type = parse_hash_type(inner.substr(1));  // known.pdq.txt declares pdq
    if (type && *type != HashType::vpdq) form.type = type;
  }
  if (!list.format.empty())
    form.name = list.format;
  else if (name == "nsrlfile.txt")
    form.name = "nsrl";
  else if (sums_type(name) || suffix == ".md5" || suffix == ".sha1" || suffix == ".sha256")
    form.name = "digests";
  else if (suffix == ".hashdeep")
    form.name = "hashdeep";
  else if (suffix == ".csv")
    form.name = "csv";
  else if (suffix == ".ndjson" || suffix == ".jsonl")
    form.name = "ndjson";
  else if (ends_with(name, ".vics.json"))
    form.name = "vics";
  else if (suffix == ".xml")
    form.name = "ncmec";
  else if (suffix == ".json" || suffix == ".db" || suffix == ".sqlite") {
    throw base::Error(
        base::ExitCode::config,
        fmt::format("the format of a {} file is declared, never guessed", suffix),
        list.path.string(),
        "name it in the policy: lists[].format: vics, threatexchange, ndjson or nsrl-sqlite");
  } else {
    form.name = "hex";
  }
  return form;
}

// Letters and digits alone, so that no spelling hides a name.
std::string bare(std::string_view text) {
  std::string out;
  for (const char c : lower(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

// SC-08, whatever the policy calls the list.
void check_purpose(const policy::List& list) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kOthers{
      {{"stopncii", "non-consensual intimate images (StopNCII)"},
       {"gifct", "terrorist content (GIFCT)"},
       {"techagainstterrorism", "terrorist content (Tech Against Terrorism)"}}};
  const std::string words = bare(list.source) + " " + bare(list.purpose);
  for (const auto& [word, purpose] : kOthers) {
    if (words.find(word) != std::string::npos) refuse_purpose(purpose, list.path.string());
  }
  if (list.purpose != "known-csam" && list.purpose != "csam" && list.purpose != "known-good")
    refuse_purpose(list.purpose, list.path.string());
}

void check_shape(const policy::List& list) {
  ByteStream bytes(list.path);
  std::string head(kHeadBytes, '\0');
  std::size_t size = 0;
  while (size < head.size()) {
    const std::size_t got = bytes.read(std::span(head).subspan(size));
    if (got == 0) break;
    size += got;
  }
  head.resize(size);
  if (head.find("\"hashRecords\"") != std::string::npos)
    refuse_purpose("non-consensual intimate images (StopNCII)", list.path.string());
}

bool has_categories(std::string_view format) {
  return format == "csv" || format == "ndjson" || format == "vics" || format == "ncmec" ||
         format == "threatexchange";
}

void read(const Form& form, const policy::List& list, ByteStream& bytes, Feed& feed) {
  if (form.name == "hex") {
    if (!form.type) {
      throw base::Error(base::ExitCode::config,
                        "the hash type of a plain list is declared, never guessed",
                        list.path.string(),
                        "name the file NAME.TYPE.txt with TYPE md5, sha1, sha256 or pdq, or the "
                        "type in the policy: lists[].type");
    }
    return read_hex(bytes, feed, *form.type);
  }
  if (form.name == "digests") {
    if (form.type == HashType::pdq)
      throw base::Error(base::ExitCode::config,
                        "a list of digests is of md5, sha1 or sha256, not pdq", list.path.string());
    return read_digests(bytes, feed, form.type);
  }
  if (form.name == "hashdeep") return read_hashdeep(bytes, feed);
  if (form.name == "csv") return read_csv(bytes, feed, form.type);
  if (form.name == "ndjson") return read_ndjson(bytes, feed);
  if (form.name == "vics") return read_vics(bytes, feed);
  if (form.name == "ncmec") return read_ncmec(bytes, feed);
  if (form.name == "threatexchange") return read_threatexchange(bytes, feed);
  if (form.name == "threatexchange-lines") return read_threatexchange_lines(bytes, feed, form.type);
  if (form.name == "nsrl") return read_nsrl(bytes, feed);
  if (form.name == "nsrl-sqlite") return read_nsrl_sqlite(list.path, feed);
  throw base::Error(
      base::ExitCode::config,
      fmt::format("format '{}' is not one of {}", form.name, fmt::join(policy::kListFormats, ", ")),
      list.path.string());
}

}  // namespace

void refuse_purpose(std::string_view purpose, std::string_view place) {
  throw base::Error(
      base::ExitCode::config,
      fmt::format(
          "the list was made for '{}', not against child sexual abuse: SC-08 (Art. 3(1)(a)(i))",
          purpose),
      std::string(place));
}

}  // namespace lists

ListReport read_list(const policy::List& given, ListSink& sink) {
  policy::List list = given;
  lists::check_purpose(list);
  const lists::Form form = lists::form_of(list);
  const std::string place = list.path.string();
  if (form.name.substr(0, 4) == "nsrl" && list.purpose != "known-good") {
    throw base::Error(base::ExitCode::config,
                      fmt::format("format {} is of known-good files; the policy says purpose {}",
                                  form.name, list.purpose),
                      place, "write purpose: known-good");
  }
  if (!list.categories.empty() && !lists::has_categories(form.name)) {
    throw base::Error(base::ExitCode::config,
                      fmt::format("categories: format {} has none", form.name), place);
  }
  if (form.name == "threatexchange" && list.categories.empty()) list.categories = {"MALICIOUS"};
  lists::check_shape(list);
  ListReport report;
  lists::ByteStream bytes(list.path);
  lists::Feed feed(list, sink, report);
  lists::read(form, list, bytes, feed);
  feed.finish();
  report.sha256 = bytes.finish();
  return report;
}

}  // namespace proviso::index
