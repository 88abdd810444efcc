// The records of a JSON document of any size: each is built by itself, the document never is.
// Depth, the size of a record and the length of a value are bounded.
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
  std::string flaw;          // why it is none: too large, a member twice, no object
};

// Calls `visit` for each record. `arrays` are the places whose elements are records, as member
// names joined by '/' ("value", "value/Media"; "" is an array at the top): an element that holds
// such an array is none itself. Values may stand one behind the other (one a line). Gives how many
// of those arrays were seen. Error(data) with the byte where the JSON breaks off or is nested
// deeper than kMaxJsonDepth; a member `hashRecords` is the shape of a StopNCII response, and
// refused (SC-08).
std::uint64_t read_json_records(ByteStream&, std::initializer_list<std::string_view> arrays,
                                const std::function<void(const JsonRecord&)>& visit);

}  // namespace proviso::index::lists
