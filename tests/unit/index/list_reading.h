// Reads a list of the fixtures, or of a text, and keeps what came.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "index/list.h"

namespace proviso::list_test {

struct Sink : index::ListSink {
  std::vector<index::ListEntry> entries;
  std::vector<index::BadLine> bad;
  void entry(const index::ListEntry& each) override { entries.push_back(each); }
  void rejected(const index::BadLine& each) override { bad.push_back(each); }
};

struct Read {
  Sink sink;
  index::ListReport report;
  const std::vector<index::ListEntry>& entries = sink.entries;
  const std::vector<index::BadLine>& bad = sink.bad;
  Read(const policy::List& list) : report(index::read_list(list, sink)) {}
  Read(const Read&) = delete;
  // "3: md5: 32 hex digits were expected" of each rejected line, in order, one a line.
  std::string rejections() const {
    std::string out;
    for (const auto& each : bad) out += std::to_string(each.line) + ": " + each.why + "\n";
    return out;
  }
};

inline policy::List fixture(const std::string& name, const std::string& format = {},
                            const std::string& type = {}) {
  policy::List list;
  list.name = "known";
  list.source = "made up";
  list.purpose = "known-csam";
  list.path = std::filesystem::path(PROVISO_TEST_DATA) / "index" / name;
  if (!format.empty()) list.format = base::value_of(policy::kListFormats, format).value();
  if (!type.empty()) list.type = policy::parse_hash_type(type).value();
  return list;
}

inline policy::List known_good(policy::List list) {
  list.purpose = "known-good";
  return list;
}

// A list in a directory of its own, which goes with the object.
struct Written {
  std::filesystem::path directory;
  policy::List list;
  Written(const std::string& name, std::string_view text, const std::string& format = {},
          const std::string& type = {}) {
    std::string made = (std::filesystem::temp_directory_path() / "proviso-list-XXXXXX").string();
    directory = ::mkdtemp(made.data());
    list = fixture(name, format, type);
    list.path = directory / name;
    put(name, text);
  }
  void put(const std::string& name, std::string_view text) const {
    base::write_file_atomically(directory / name, text);
  }
  ~Written() {
    std::error_code error;
    std::filesystem::remove_all(directory, error);
  }
  Written(const Written&) = delete;
};

// The whole diagnostic of a list that cannot be read, with its exit code before; empty when it can.
inline std::string refusal(const policy::List& list) {
  try {
    Read read(list);
  } catch (const base::Error& error) {
    return std::to_string(static_cast<int>(error.code())) + " " + error.what();
  }
  return {};
}

inline bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}
inline std::string hex(const index::ExactHash& hash) {
  return base::to_hex(std::span(hash.bytes).first(index::bytes_of(hash.type)));
}

inline std::string made_up_md5(int n) {  // of "made-up N"
  const char* known[] = {"", "8f7c9f19cfc3c1b366302c7c346be060", "ba7067fffafe1e0331121389cc8b29d9",
                         "e5ed17c4bc42f054c14b8768db3e23cb"};
  return known[n];
}

}  // namespace proviso::list_test
