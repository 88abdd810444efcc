// NCMEC hash sharing, version 2: XML of one page, or of several below an element `pages`. The file
// is read twice, because entries are not in order of time, and a tombstone or a later state
// replaces what it names.
#include <fmt/format.h>
#include <libxml/xmlreader.h>

#include <memory>
#include <set>

#include "base/instant.h"
#include "index/lists/formats.h"
#include "index/lists/latest.h"

namespace proviso::index::lists {
namespace {

constexpr std::string_view kNamespace = "https://hashsharing.ncmec.org/hashsharing/v2";
constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxTextBytes = std::size_t{64} * 1024;

std::string_view text_of(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

// image, video and their tombstones, as in the file.
struct Record {
  std::uint64_t number = 0;  // from 1
  bool tombstone = false;
  std::string member, id, timestamp, classification;
  std::vector<std::pair<std::string, std::string>> fingerprints;  // name, text
  std::set<std::string> affirmative, negative;                    // members that say so
  std::uint32_t reasons = 0;
  std::string flaw;
};

// libxml2's reader without network, entities, document types and huge documents. No tree is kept.
class Reader {
 public:
  explicit Reader(ByteStream& bytes) : bytes_(bytes) {
    reader_.reset(xmlReaderForIO(
        &Reader::pull, nullptr, this, nullptr, nullptr,
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA));
    if (!reader_) throw std::bad_alloc();
    xmlTextReaderSetErrorHandler(reader_.get(), &Reader::ignore,
                                 nullptr);  // the place is asked for below
  }

  // Calls `visit` for each record. Error(data) if it is not such a document.
  template <class Visit>
  void read(Visit visit) {
    constexpr const char* kExpected = "queryResult of hash sharing version 2 was expected";
    bool has_root = false, has_page = false, has_pages = false;
    std::uint64_t number = 0;
    while (advance()) {
      if (type() != XML_READER_TYPE_ELEMENT) continue;
      const std::string_view name = local_name();
      if (!has_root) {
        has_root = true;
        has_pages = name == "pages";
        has_page = is_page();
        if (!has_pages && !has_page) fail(kExpected);
        continue;
      }
      if (has_pages && xmlTextReaderDepth(reader_.get()) == 1) {
        if (!is_page()) fail(kExpected);
        has_page = true;
        continue;
      }
      if (!in_namespace()) continue;
      const bool tombstone = name == "deletedImage" || name == "deletedVideo";
      if (!tombstone && name != "image" && name != "video") continue;
      Record record;
      record.number = ++number;
      record.tombstone = tombstone;
      read_record(record);
      visit(record);
    }
    if (!has_root) fail("no XML");
    if (!has_page) fail(kExpected);
  }

 private:
  struct Free {
    void operator()(xmlTextReader* reader) const { xmlFreeTextReader(reader); }
  };

  static int pull(void* self, char* out, int size) {
    Reader& reader = *static_cast<Reader*>(self);
    // An exception may not cross libxml2: it waits for advance().
    try {
      return static_cast<int>(reader.bytes_.read({out, static_cast<std::size_t>(size)}));
    } catch (const base::Error& error) {
      reader.failure_ = std::make_unique<base::Error>(error);
      return -1;
    }
  }
  static void ignore(void*, const char*, xmlParserSeverities, xmlTextReaderLocatorPtr) {}

  [[noreturn]] void fail(std::string why) {
    throw base::Error(
        base::ExitCode::data, std::move(why),
        fmt::format("{}:{}", bytes_.name(), xmlTextReaderGetParserLineNumber(reader_.get())));
  }

  bool advance() {
    const int result = xmlTextReaderRead(reader_.get());
    if (failure_) throw base::Error(*failure_);
    if (result < 0) fail("no well-formed XML");
    if (result == 0) return false;
    if (type() == XML_READER_TYPE_DOCUMENT_TYPE)
      fail("a document type declaration, which such a list does not have");
    if (type() == XML_READER_TYPE_ENTITY_REFERENCE || type() == XML_READER_TYPE_ENTITY)
      fail("an entity, which such a list does not have");
    if (xmlTextReaderDepth(reader_.get()) > kMaxDepth)
      fail(fmt::format("nested deeper than {} levels", kMaxDepth));
    return true;
  }
  int type() const { return xmlTextReaderNodeType(reader_.get()); }
  std::string_view local_name() const {
    return text_of(xmlTextReaderConstLocalName(reader_.get()));
  }
  bool in_namespace() const {
    return text_of(xmlTextReaderConstNamespaceUri(reader_.get())) == kNamespace;
  }
  bool is_page() const { return local_name() == "queryResult" && in_namespace(); }
  std::string attribute(const char* name) {
    const std::unique_ptr<xmlChar, void (*)(xmlChar*)> value(
        xmlTextReaderGetAttribute(reader_.get(), reinterpret_cast<const xmlChar*>(name)),
        [](xmlChar* text) { xmlFree(text); });
    return std::string(text_of(value.get()));
  }

  // From the start of a record to its end; path: the names of the elements below it that are open.
  void read_record(Record& record) {
    if (xmlTextReaderIsEmptyElement(reader_.get()) == 1) return;
    const int depth = xmlTextReaderDepth(reader_.get());
    std::vector<std::string> path;
    std::string text;
    bool complete = false;
    while (!complete) {
      if (!advance()) fail("the document breaks off");
      switch (type()) {
        case XML_READER_TYPE_ELEMENT: {
          path.emplace_back(local_name());
          text.clear();
          open(record, path);
          if (xmlTextReaderIsEmptyElement(reader_.get()) == 1) {
            close(record, path, text);
            path.pop_back();
          }
          break;
        }
        case XML_READER_TYPE_TEXT:
        case XML_READER_TYPE_CDATA:
        case XML_READER_TYPE_SIGNIFICANT_WHITESPACE: {
          const std::string_view more = text_of(xmlTextReaderConstValue(reader_.get()));
          if (text.size() + more.size() > kMaxTextBytes)
            record.flaw = fmt::format("a text over {} bytes", kMaxTextBytes);
          else
            text += more;
          break;
        }
        case XML_READER_TYPE_END_ELEMENT:
          complete = xmlTextReaderDepth(reader_.get()) == depth;
          if (!complete && !path.empty()) {
            close(record, path, text);
            path.pop_back();
            text.clear();
          }
          break;
        default:
          break;
      }
    }
  }

  void open(Record& record, const std::vector<std::string>& path) {
    if (path.size() == 1 && path[0] == "member") {
      if (!record.member.empty()) record.flaw = "two members";
      record.member = attribute("id");
    } else if (path.size() > 2 && path[0] == "feedback") {
      if (path.back() == "reason") ++record.reasons;
      if (path.back() == "member" && path[1] == "affirmativeFeedback")
        keep(record, record.affirmative, attribute("id"));
      if (path.back() == "member" && path[1] == "negativeFeedback")
        keep(record, record.negative, attribute("id"));
    }
  }

  static void keep(Record& record, std::set<std::string>& members, std::string id) {
    constexpr std::size_t kMaxMembers = 10'000;
    if (members.size() == kMaxMembers || id.size() > kMaxIdBytes)
      record.flaw = "feedback of more members than there can be";
    else
      members.insert(std::move(id));
  }

  static void close(Record& record, const std::vector<std::string>& path, std::string_view text) {
    const std::string value(trim_all(text));
    if (path.size() == 1) {
      std::string* into = path[0] == "id"               ? &record.id
                          : path[0] == "timestamp"      ? &record.timestamp
                          : path[0] == "classification" ? &record.classification
                                                        : nullptr;
      if (into == nullptr) return;
      if (!into->empty()) record.flaw = fmt::format("{} stands twice", path[0]);
      *into = value;
    } else if (path.size() == 2 && path[0] == "fingerprints") {
      constexpr std::size_t kMaxFingerprints = 64;
      if (record.fingerprints.size() == kMaxFingerprints)
        record.flaw = fmt::format("more than {} fingerprints", kMaxFingerprints);
      else
        record.fingerprints.emplace_back(path[1], value);
    }
  }

  static std::string_view trim_all(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos
               ? std::string_view()
               : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
  }

  ByteStream& bytes_;
  std::unique_ptr<xmlTextReader, Free> reader_;
  std::unique_ptr<base::Error> failure_;
};

// A tombstone takes its entry out even when its time cannot be read.
std::optional<std::int64_t> time_of(const Record& record) {
  if (const auto instant = base::parse_instant(record.timestamp)) return instant->seconds;
  return record.tombstone ? std::optional(Latest::kAfterAll) : std::nullopt;
}

// Why a record cannot be used, whatever its hashes; empty if it can.
std::string flaw_of(const Record& record) {
  if (!record.flaw.empty()) return record.flaw;
  if (record.member.empty()) return "no member id";
  if (record.id.empty()) return "no id";
  if (!time_of(record)) return "timestamp: a time such as 2026-11-24T10:00:00Z was expected";
  return {};
}

// Ids are unique within a member only.
std::string key_of(const Record& record) { return record.member + "/" + record.id; }

std::optional<Flaw> read_entry(ListEntry& entry, Feed& feed, const Record& record) {
  entry.line = record.number;
  entry.id = key_of(record);
  entry.label = record.classification;
  entry.affirmative = static_cast<std::uint32_t>(record.affirmative.size());
  entry.negative = std::max(static_cast<std::uint32_t>(record.negative.size()), record.reasons);
  for (const auto& [name, text] : record.fingerprints) {
    if (const auto type = type_named(name)) {
      if (auto flaw = add_hash(entry, *type, text)) return flaw;
    } else {
      const auto other = unmatchable_named(name);
      feed.unmatchable(other ? *other
                             : std::string_view("other"));  // new kinds come without notice
    }
  }
  return std::nullopt;
}

}  // namespace

void read_ncmec(ByteStream& bytes, Feed& feed) {
  Latest latest;
  Reader(bytes).read([&](const Record& record) {
    if (!flaw_of(record).empty())
      latest.add_flawed(bytes.name());
    else
      latest.add(key_of(record), *time_of(record), record.tombstone, bytes.name());
  });
  latest.settle();
  bytes.rewind();
  ListEntry entry;
  Reader(bytes).read([&](const Record& record) {
    if (std::string flaw = flaw_of(record); !flaw.empty())
      return feed.reject(record.number, {std::move(flaw)});
    const Latest::State state = latest.state(record.number - 1);
    if (state == Latest::State::superseded) return feed.superseded();
    entry = {};
    if (state == Latest::State::deleted) {
      read_entry(entry, feed, record);  // a flaw in what is gone changes nothing
      return feed.deleted(entry);
    }
    if (auto flaw = read_entry(entry, feed, record))
      feed.reject(record.number, std::move(*flaw));
    else
      feed.entry(entry);
  });
}

}  // namespace proviso::index::lists
