// The compiled index: hash lists as one memory-mapped file, exact answers. Format: FORMAT.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "crypto/keys.h"
#include "digest/digest.h"
#include "pdq/pdq_hash.h"
#include "policy/policy.h"

namespace proviso::index {

// One entry of a list before compilation.
struct Entry {
  std::string id;               // the list's own id; empty: "line N"
  std::string label;
  std::optional<digest::Type> digest_type;   // exact; absent: PDQ
  base::Bytes digest;
  pdq::Hash pdq;
  bool suspended = false;
};

struct BadLine {
  std::uint64_t line = 0;
  std::string why;
};

struct ListInput {
  policy::List about;
  std::vector<Entry> entries;
  std::vector<BadLine> bad;
};

// How a list's file is read. Types are declared, never guessed: a plain hex list needs `type`.
struct ListFormat {
  enum class Form { hex, csv, ndjson } form = Form::ndjson;
  std::string type;             // "md5" | "sha1" | "sha256" | "pdq", for hex and for CSV without a type column
};
// By suffix .txt/.hex, .csv, .ndjson unless given; `type` by "NAME.TYPE.txt" (known.pdq.txt) unless given.
ListInput read_list(const policy::List&, const std::optional<ListFormat>& = {});

struct BuildReport {
  std::uint64_t entries = 0, duplicates = 0, rejected = 0;
  std::string sha256;           // of the index file
};
// Writes the index beside and renames. Same inputs, same bytes. Refuses a list made for another purpose (SC-08: Error(config)
// with rule and citation), and more than 1% bad lines (all with `strict`). Signs when `key` is given.
BuildReport build(const std::filesystem::path& out, const std::vector<ListInput>&, const crypto::PrivateKey* key,
                  const law::Resolved& law, bool strict);

// What a hit says of the list entry.
struct Hit {
  std::uint32_t section = 0;    // of sections()
  std::string list, entry, label, method;   // method: "md5" | "sha1" | "sha256" | "pdq"
  int distance = 0, threshold = 0;
  bool verified_list = false;
};

struct Section {
  std::string list, source, purpose, verified_by, type;   // type: md5 | sha1 | sha256 | pdq
  std::uint64_t entries = 0;
};

// A mapped index. Thread safe for lookups. Error(data) with block and reason when it was damaged, Error(config) for another version.
class Index {
 public:
  // `key`: the signature is checked; absent: accepted only when `require_signature` is false.
  static Index open(const std::filesystem::path&, const crypto::PublicKey* key, bool require_signature);
  Index(Index&&) noexcept;
  Index& operator=(Index&&) noexcept;
  ~Index();

  const std::vector<Section>& sections() const;
  std::string digest() const;                  // SHA-256 of the header and block table, hex: the index version in each hit
  // Checks every block; false and the reason when one differs.
  std::optional<std::string> verify() const;

  // Appends hits of that exact digest in the lists named (empty: all). Suspended entries give none.
  void find_exact(digest::Type, std::span<const std::byte> digest, std::span<const std::string> lists, std::vector<Hit>&) const;
  // Appends every entry within `radius` bits (exact recall, 0..63), nearest first.
  void find_pdq(const pdq::Hash&, int radius, std::span<const std::string> lists, std::vector<Hit>&) const;
  // File changed on disk since it was opened?
  bool replaced() const;

 private:
  struct Impl;
  explicit Index(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

// Opens `file` as the policy asks: in production signed by its index key; in rehearsal the signature is checked when the key is there.
Index open_of(const policy::Policy&, const std::filesystem::path& file);

}  // namespace proviso::index
