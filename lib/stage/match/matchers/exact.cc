#include <map>
#include <utility>

#include "stage/match/matchers/matchers.h"

namespace proviso::stage {
namespace {

// Digests of one type that are looked up in the same lists, all of the chunk at once.
struct Batch {
  std::vector<std::byte> digests;  // one after the other
  std::vector<std::vector<ListHit>> answers;
};

struct Question {
  const Asked* item = nullptr;
  std::size_t leaf = 0;
  Batch* batch = nullptr;
  std::size_t place = 0;
};

bool is_asked(const policy::Exact& method, digest::Type type) {
  const auto wanted = policy::parse_hash_type(digest::to_string(type));
  return wanted && method.digests.count(*wanted) != 0;
}

}  // namespace

void match_exact(const policy::Technology& technology, const policy::Exact& method,
                 const Lookup& lookup, std::span<const Asked> items) {
  std::map<std::pair<const std::vector<std::string>*, digest::Type>, Batch> batches;
  std::vector<Question> questions;
  for (const Asked& item : items) {
    for (std::size_t i = 0; i < item.hashed->leaves.size(); ++i) {
      const HashedLeaf& leaf = item.hashed->leaves[i];
      if (technology.content.count(leaf.kind) == 0) continue;
      for (const auto& [type, digest] : leaf.digests) {
        if (!is_asked(method, type)) continue;  // there to pin the file, or for another technology
        Batch& batch = batches[{item.lists, type}];
        questions.push_back({&item, i, &batch, batch.digests.size() / digest.size()});
        batch.digests.insert(batch.digests.end(), digest.begin(), digest.end());
      }
    }
  }
  for (auto& [of, batch] : batches)
    lookup.exact(of.second, batch.digests, *of.first, batch.answers);
  for (const Question& question : questions) {
    for (ListHit& found : question.batch->answers[question.place]) {
      MatchHit hit;
      hit.technology = &technology;
      hit.leaf = question.leaf;
      hit.member = question.item->hashed->leaves[question.leaf].member;
      hit.previously_identified = found.verified_list;
      hit.found = std::move(found);
      question.item->hits->push_back(std::move(hit));
    }
  }
}

}  // namespace proviso::stage
