#include "index/lists/json_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "index/lists/formats.h"

namespace proviso::index::lists {
namespace {

constexpr std::size_t kNodeBytes = 64;  // what a value costs beside its text

// Reads one character after the other and keeps the place of the last finished token; what follows
// it is one token or blanks.
class Characters {
 public:
  explicit Characters(ByteStream& from) : from_(from), buffer_(std::size_t{256} * 1024) {
    fill();
    if (std::string_view(buffer_.data(), end_).substr(0, 3) == "\xEF\xBB\xBF")
      at_ = 3;  // byte order mark
  }
  bool ended() const { return ended_; }
  char peek() const { return buffer_[at_]; }
  void advance() {
    if (++at_ == end_) fill();
    if (place() - token_ > kMaxRecordBytes) {
      throw base::Error(base::ExitCode::data,
                        fmt::format("byte {}: a value over {} bytes", token_, kMaxRecordBytes),
                        from_.name());
    }
  }
  void token() { token_ = place(); }
  std::uint64_t place() const { return before_ + at_; }
  const std::string& name() const { return from_.name(); }
  // True if anything but blanks is left.
  bool more() {
    while (!ended_ && (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t')) {
      advance();
      token();
    }
    return !ended_;
  }

 private:
  void fill() {
    before_ += end_;
    at_ = 0;
    end_ = from_.read(buffer_);
    ended_ = end_ == 0;
  }

  ByteStream& from_;
  std::vector<char> buffer_;
  std::size_t at_ = 0, end_ = 0;
  std::uint64_t before_ = 0, token_ = 0;
  bool ended_ = false;
};

// The iterator that nlohmann's lexer reads from. All copies share one place.
struct Iterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  Characters* from = nullptr;  // nullptr: the end
  char operator*() const { return from->peek(); }
  Iterator& operator++() {
    from->advance();
    return *this;
  }
  Iterator operator++(int) {
    from->advance();
    return *this;
  }
  bool ended() const { return from == nullptr || from->ended(); }
  friend bool operator==(const Iterator& a, const Iterator& b) { return a.ended() == b.ended(); }
  friend bool operator!=(const Iterator& a, const Iterator& b) { return !(a == b); }
};

struct Level {
  bool is_array = false;
  bool emits = false;          // an array whose elements are records
  bool holds_records = false;  // an object with such an array: not a record itself
  std::string path;            // of levels above the records
  std::string key;             // of an object: the member that comes next
  json::Json value;            // of a record and what is in it
};

class Handler : public nlohmann::json_sax<json::Json> {
 public:
  Handler(Characters& from, const std::vector<std::string_view>& arrays,
          const std::function<void(const JsonRecord&)>& visit)
      : from_(from), arrays_(arrays), visit_(visit) {}

  bool null() override { return put(nullptr, 0); }
  bool boolean(bool value) override { return put(value, 0); }
  bool number_integer(number_integer_t value) override { return put(value, 0); }
  bool number_unsigned(number_unsigned_t value) override { return put(value, 0); }
  bool number_float(number_float_t value, const string_t&) override { return put(value, 0); }
  bool string(string_t& value) override {
    const std::size_t size = value.size();
    return put(std::move(value), size);
  }
  bool binary(binary_t&) override { return false; }  // JSON has none

  bool key(string_t& name) override {
    from_.token();
    if (name == "hashRecords")
      refuse_purpose("non-consensual intimate images (StopNCII)", from_.name());
    Level& level = levels_.back();
    bytes_ += name.size();
    if (bytes_ <= kMaxRecordBytes && level.value.is_object() && level.value.contains(name) &&
        flaw_.empty())
      flaw_ = "a member that stands twice";
    level.key = std::move(name);
    return true;
  }
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    throw base::Error(base::ExitCode::data, fmt::format("byte {}: no JSON", from_.place()),
                      from_.name());
  }

  std::uint64_t arrays_seen() const { return seen_; }

 private:
  bool is_records(std::string_view path) const {
    return std::find(arrays_.begin(), arrays_.end(), path) != arrays_.end();
  }

  bool open(bool is_array) {
    from_.token();
    if (levels_.size() == static_cast<std::size_t>(kMaxJsonDepth)) {
      throw base::Error(
          base::ExitCode::data,
          fmt::format("byte {}: nested deeper than {} levels", from_.place(), kMaxJsonDepth),
          from_.name());
    }
    Level level;
    level.is_array = is_array;
    // Paths lead to records through the top, arrays of records and their elements alone, so they
    // stay short.
    const bool on_road = levels_.empty() || levels_.back().emits ||
                         (!levels_.back().is_array && on_road_ == levels_.size());
    if (on_road && !levels_.empty()) {
      const Level& above = levels_.back();
      level.path = above.is_array       ? above.path
                   : above.path.empty() ? above.key
                                        : above.path + "/" + above.key;
    }
    if (is_array && on_road && is_records(level.path)) {
      level.emits = true;
      ++seen_;
      if (!levels_.empty()) {
        levels_.back().holds_records = true;
        levels_.back().value = json::Json::object();  // not a record, whatever it held
      }
    }
    const bool is_element = levels_.empty() || levels_.back().emits;
    level.value = is_array ? json::Json::array() : json::Json::object();
    if (is_element) {
      bytes_ = 0;
      flaw_.clear();
    }
    bytes_ += kNodeBytes;
    levels_.push_back(std::move(level));
    if (levels_.back().emits || (is_element && !is_array)) on_road_ = levels_.size();
    return true;
  }

  bool close() {
    from_.token();
    Level level = std::move(levels_.back());
    levels_.pop_back();
    if (on_road_ > levels_.size()) on_road_ = levels_.size();
    if (level.emits) {
      bytes_ = 0;  // its elements were passed on; counting starts again
      flaw_.clear();
      return true;
    }
    if (levels_.empty() || levels_.back().emits) {
      if (!level.holds_records) hand_on(std::move(level.value));
      bytes_ = 0;
      flaw_.clear();
      return true;
    }
    store(std::move(level.value));
    return true;
  }

  template <class Value>
  bool put(Value&& value, std::size_t size) {
    from_.token();
    bytes_ += size + kNodeBytes;
    if (levels_.empty() || levels_.back().emits) {
      hand_on(json::Json(std::forward<Value>(value)));
      bytes_ = 0;
      flaw_.clear();
      return true;
    }
    store(std::forward<Value>(value));
    return true;
  }

  // No more of a record that is too large is kept.
  template <class Value>
  void store(Value&& value) {
    Level& level = levels_.back();
    if (bytes_ > kMaxRecordBytes || level.holds_records) return;
    if (level.is_array)
      level.value.push_back(std::forward<Value>(value));
    else
      level.value[level.key] = std::forward<Value>(value);
  }

  void hand_on(json::Json value) {
    JsonRecord record;
    record.number = ++number_;
    if (bytes_ > kMaxRecordBytes)
      record.flaw = fmt::format("a record over {} bytes", kMaxRecordBytes);
    else if (!flaw_.empty())
      record.flaw = flaw_;
    else if (!value.is_object())
      record.flaw = "no JSON object";
    else
      record.value = std::move(value);
    visit_(record);
  }

  Characters& from_;
  const std::vector<std::string_view>& arrays_;
  const std::function<void(const JsonRecord&)>& visit_;
  std::vector<Level> levels_;
  std::size_t on_road_ = 0;  // this many levels, from the top, lead to records
  std::size_t bytes_ = 0;    // of the record in hand
  std::string flaw_;
  std::uint64_t number_ = 0, seen_ = 0;
};

}  // namespace

std::uint64_t read_json_records(ByteStream& bytes, std::initializer_list<std::string_view> arrays,
                                const std::function<void(const JsonRecord&)>& visit) {
  Characters characters(bytes);
  const std::vector<std::string_view> places(arrays);
  Handler handler(characters, places, visit);
  if (!characters.more())
    throw base::Error(base::ExitCode::data, "no JSON: the file is empty", bytes.name());
  while (characters.more()) {
    json::Json::sax_parse(Iterator{&characters}, Iterator{}, &handler,
                          json::Json::input_format_t::json, false);
  }
  return handler.arrays_seen();
}

}  // namespace proviso::index::lists
