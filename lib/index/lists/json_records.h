// Reads the records of a JSON document of any size: one record at a time is in memory, never the
// document. Depth, the size of a record and the length of a value are bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "index/lists/byte_stream.h"
#include "json/json.h"

namespace proviso::index::lists {

constexpr std::size_t kMaxRecordBytes = 1u << 20;
constexpr int kMaxJsonDepth = 64;

struct JsonRecord {
  std::uint64_t number = 0;  // from 1
  json::Json value;          // an object, unless flawed
  std::string flaw;          // why not: too large, a duplicate member, not an object
};

// Calls `visit` for each record and returns how many of the arrays were seen. `arrays` are the
// paths whose elements are records, as member names joined by '/' ("value", "value/Media"; "" is an
// array at the top). An element that holds such an array is not a record. The file may have several
// values (one per line). Error(data) with the byte where the JSON breaks off or is nested deeper
// than kMaxJsonDepth. A member `hashRecords` is the shape of a StopNCII response, which is refused
// (SC-08).
std::uint64_t read_json_records(ByteStream&, std::initializer_list<std::string_view> arrays,
                                const std::function<void(const JsonRecord&)>& visit);

}  // namespace proviso::index::lists
