#include "index/neighbours.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <vector>

namespace proviso::index {
namespace {

constexpr std::size_t kAtOnce = 1024;

}  // namespace

std::uint64_t neighbours(const Index& index, int distance, std::span<const std::string> lists,
                         bool across, const std::function<void(const Hit&, const Hit&)>& take) {
  std::uint64_t pairs = 0;
  std::vector<pdq::Hash> queries;
  std::vector<std::vector<Hit>> hits;
  for (std::uint32_t number = 0; number < index.sections().size(); ++number) {
    const Section& section = index.sections()[number];
    if (section.type != HashType::pdq ||
        (!lists.empty() && std::find(lists.begin(), lists.end(), section.list) == lists.end()))
      continue;
    for (std::uint64_t from = 0; from < section.entries; from += kAtOnce) {
      queries.clear();
      for (std::uint64_t at = from; at < std::min<std::uint64_t>(from + kAtOnce, section.entries);
           ++at)
        queries.push_back(index.entry(number, at).pdq);
      hits.clear();
      index.find_pdq(queries, distance, lists, hits);
      for (std::size_t i = 0; i < queries.size(); ++i) {
        const auto own = std::find_if(hits[i].begin(), hits[i].end(), [&](const Hit& hit) {
          return hit.section == number && hit.number == from + i;
        });
        // Every hash is its own neighbour, unless the tables are wrong.
        if (own == hits[i].end()) {
          throw base::Error(
              base::ExitCode::data,
              fmt::format("list {}: entry {} is not found by its own hash: the tables are wrong",
                          section.list, from + i));
        }
        for (const Hit& other : hits[i]) {
          if (std::tie(other.section, other.number) <= std::tie(own->section, own->number) ||
              (across && other.list == own->list))
            continue;
          ++pairs;
          take(*own, other);
        }
      }
    }
  }
  return pairs;
}

}  // namespace proviso::index
