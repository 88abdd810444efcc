// Chooses the reader of a list by the policy's format, else by the file's name, and refuses lists
// made for another purpose.
#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "index/lists/formats.h"

namespace proviso::index {
namespace lists {
namespace {

// Looked through for the shape of a list made for another purpose.
constexpr std::size_t kHeadBytes = std::size_t{64} * 1024;

struct Form {
  policy::ListFormat format = policy::ListFormat::hex;
  std::optional<HashType> type;
};

Form form_of(const policy::List& list) {
  const policy::NamedForm named = policy::form_named_by(list.path);
  const auto format = list.format ? list.format : named.format;
  if (!format) {
    throw base::Error(
        base::ExitCode::config,
        fmt::format("the format of a {} file is declared, never guessed",
                    lower(list.path.extension().string())),
        list.path.string(),
        "name it in the policy: lists[].format: vics, threatexchange, ndjson or nsrl-sqlite");
  }
  return {*format, list.type ? list.type : named.type};
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
  if (list.made_for() == policy::ListPurpose::other)
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

void read(const Form& form, const policy::List& list, ByteStream& bytes, Feed& feed) {
  switch (form.format) {
    case policy::ListFormat::hex:
      if (!form.type) {
        throw base::Error(base::ExitCode::config,
                          "the hash type of a plain list is declared, never guessed",
                          list.path.string(),
                          "name the file NAME.TYPE.txt with TYPE md5, sha1, sha256 or pdq, or the "
                          "type in the policy: lists[].type");
      }
      return read_hex(bytes, feed, *form.type);
    case policy::ListFormat::digests:
      if (form.type == HashType::pdq) {
        throw base::Error(base::ExitCode::config,
                          "a list of digests is of md5, sha1 or sha256, not pdq",
                          list.path.string());
      }
      return read_digests(bytes, feed, form.type);
    case policy::ListFormat::hashdeep:
      return read_hashdeep(bytes, feed);
    case policy::ListFormat::csv:
      return read_csv(bytes, feed, form.type);
    case policy::ListFormat::ndjson:
      return read_ndjson(bytes, feed);
    case policy::ListFormat::vics:
      return read_vics(bytes, feed);
    case policy::ListFormat::ncmec:
      return read_ncmec(bytes, feed);
    case policy::ListFormat::threatexchange:
      return read_threatexchange(bytes, feed);
    case policy::ListFormat::threatexchange_lines:
      return read_threatexchange_lines(bytes, feed, form.type);
    case policy::ListFormat::nsrl:
      return read_nsrl(bytes, feed);
    case policy::ListFormat::nsrl_sqlite:
      return read_nsrl_sqlite(list.path, feed);
  }
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
  const policy::ListFormatRow& format = policy::row_of(form.format);
  if (format.known_good_only && list.made_for() != policy::ListPurpose::known_good) {
    throw base::Error(base::ExitCode::config,
                      fmt::format("format {} is of known-good files; the policy says purpose {}",
                                  format.word, list.purpose),
                      place, "write purpose: known-good");
  }
  if (!list.categories.empty() && !format.has_categories) {
    throw base::Error(base::ExitCode::config,
                      fmt::format("categories: format {} has none", format.word), place);
  }
  if (form.format == policy::ListFormat::threatexchange && list.categories.empty())
    list.categories = {"MALICIOUS"};
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
