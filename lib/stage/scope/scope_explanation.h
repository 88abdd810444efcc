// What scope-check decided, in words: of one item, of a whole run, and of a run under two texts.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "gate/item_scope.h"
#include "ndjson/stream.h"
#include "stage/scope/scope_decisions.h"

namespace proviso::stage {

// Several lines: the decision with rule and citation, what the record says, and each technology of
// the service. Of the record only its id, region and kind are repeated.
std::string explain_item(const gate::ItemFacts&, const gate::State&, const law::Resolved&);
std::string explain_error(std::string_view id, const base::ItemError&);

// A table of what was let through and what was refused under which rule.
std::string table(const ScopeSums&, const law::Resolved&);

// Decides each item under two texts. Ignores their dates: it compares what they say, not when they
// apply.
class ScopeComparison : public ndjson::Stage {
 public:
  ScopeComparison(gate::Gate& first, gate::Gate& second);

  std::string_view name() const override { return "scope-check"; }
  ndjson::Outcome process(const ndjson::Placed&, unsigned worker) override;
  // A table: items, decision under the first, decision under the second; differences are marked.
  std::string table() const;

 private:
  struct Side {
    gate::Gate* gate;
    gate::State state;
    gate::ProtectedAccounts accounts;
    std::string label(const ndjson::Record&) const;
  };
  static Side side_of(gate::Gate&);

  Side first_, second_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> items_;
};

}  // namespace proviso::stage
