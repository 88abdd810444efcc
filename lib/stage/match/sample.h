// The staged roll-out of a list: it is looked up for a share of the items alone, chosen by a keyed
// hash of their ids, so that the same item is chosen on every host and on every delivery.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/facts.h"

namespace proviso::stage {

class Sample {
 public:
  // `rate` of items, 0 to 1. No lists: all of them.
  Sample(double rate, std::string seed, std::vector<std::string> lists);

  bool includes(std::string_view item_id) const;
  // What is looked up for an item that is not in the sample.
  std::vector<std::string> without_sampled(std::vector<std::string> lists) const;
  ledger::ListSample description() const;  // for the ledger
  const std::vector<std::string>& lists() const { return lists_; }

 private:
  double rate_;
  std::string seed_;
  std::vector<std::string> lists_;
};

}  // namespace proviso::stage
