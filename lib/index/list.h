// Hash lists as files: one reader per format. Every reader passes the same kind of entry on, one at
// a time, so that memory is bounded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "pdq/pdq_hash.h"
#include "policy/list.h"

namespace proviso::index {

// The types that can be matched. The list declares the type; it is never guessed, because PDQ and
// SHA-256 have the same length.
using policy::HashType;
using policy::parse_hash_type;
using policy::to_string;
constexpr std::size_t bytes_of(HashType t) {
  return t == HashType::md5 ? 16 : t == HashType::sha1 ? 20 : 32;
}  // vpdq: of a frame

constexpr std::size_t kMaxIdBytes = 256;     // of an id, of a label
constexpr std::size_t kMaxFrames = 100'000;  // of one video

struct ExactHash {
  HashType type = HashType::md5;      // md5, sha1 or sha256
  std::array<std::byte, 32> bytes{};  // the first bytes_of(type)
};

// One entry of a list, with all its hashes that can be matched.
struct ListEntry {
  std::uint64_t line = 0;  // line (or, of a document, number of the record), from 1
  std::string id;          // the list's own id; empty: it has none, and is called "line N"
  std::string label;       // category as the list words it; empty: none
  bool suspended = false;  // gives no hit, and wins over equal hashes of other lists
  std::vector<ExactHash> exact;
  std::optional<pdq::Hash> pdq;
  std::vector<pdq::Hash> frames;                // of a video, in order
  std::uint32_t affirmative = 0, negative = 0;  // feedback of the list's members, where it has any
};

struct BadLine {
  std::uint64_t line = 0;
  std::string why;
  bool empty_file = false;  // a digest of the empty file
};

// Receives what a reader finds, in the order of the list. An entry is passed on whole, or its line
// is rejected.
class ListSink {
 public:
  virtual ~ListSink() = default;
  virtual void entry(const ListEntry&) = 0;  // the reader uses the object again afterwards
  virtual void rejected(const BadLine&) = 0;
  // An entry that a tombstone of the list removes, with the hashes of it that the list still has.
  // It must no longer be in use.
  virtual void removed(const ListEntry&) {}
};

// What a reader reports of the whole list.
struct ListReport {
  std::uint64_t records = 0;  // entries passed on, rejected, and left out for the reasons below
  std::uint64_t entries = 0, rejected = 0;
  std::uint64_t deleted = 0;     // tombstones of the list itself, and entries that they take out
  std::uint64_t superseded = 0;  // older states of an entry that the list has again
  std::map<std::string, std::uint64_t>
      unmatchable;  // fingerprints that nothing here can match: "photodna", "tmk-pdqf", ...
  std::map<std::string, std::uint64_t>
      other_category;            // entries of categories that the policy does not take
  std::uint64_t empty_file = 0;  // of the rejected: those that hold a digest of the empty file
  std::uint64_t suspended =
      0;  // of the entries handed on: suspended by the list itself or withdrawn by the provider
  std::uint64_t withdrawals_unused =
      0;               // lines of the `withdrawn` file that name nothing in the list
  std::string sha256;  // of the list's file
};

// Reads the list's file in the format that the policy declares. Error(no_input) if it is missing.
// Error(config) if its format or hash type is neither declared nor in its name, or if it was made
// for another purpose (SC-08, whatever the policy calls it: a StopNCII response is refused by its
// shape). Error(data) if the document as a whole is not of that format (a missing header, JSON or
// XML that breaks off).
ListReport read_list(const policy::List&, ListSink&);

}  // namespace proviso::index
