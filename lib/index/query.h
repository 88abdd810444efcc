// Looks hashes up in an index by the batch: a line of JSON for each hit, with the hash that was
// asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "index/index.h"
#include "pdq/pdq_hash.h"

namespace proviso::index {

class Query {
 public:
  // `type`: any but vpdq. `distance`: of PDQ alone. `lists`: empty for all. `line` gets each line
  // of the answer, with its end. The index must outlive it.
  Query(const Index&, HashType, int distance, std::vector<std::string> lists,
        std::function<void(std::string_view line)>);

  // False when the text is not a hash of the type; then nothing was added.
  bool add(std::string_view hex);
  // Looks up what was added. Without a call, the hits of the last hashes are missing.
  void flush();
  // Reads `input` to its end, a hash a line, and answers whatever is there before it waits for
  // more; `answered` is called after each answer, `bad` with the number of a line that holds no
  // hash.
  void read(int input, const std::function<void()>& answered,
            const std::function<void(std::uint64_t line)>& bad);
  // "32 hex digits were expected".
  std::string expected() const;

 private:
  void tell(const std::string& hash, const Hit&) const;

  const Index& index_;
  HashType type_;
  int distance_;
  std::vector<std::string> lists_;
  std::function<void(std::string_view)> line_;
  std::vector<pdq::Hash> hashes_;  // of type pdq
  base::Bytes digests_;            // of any other type, one behind the other
};

}  // namespace proviso::index
