// What an error is: the one definition, for the gate's error rate and for the yearly report.
#pragma once

#include "base/ids.h"
#include "ledger/words.h"

namespace proviso::ledger {

// Of a verdict: the reviewer found that the item is not such material at all. The gate closes a
// technology by these (rule TE-07).
constexpr bool is_error(Verdict verdict) { return verdict == Verdict::reject; }

// Of a technology that flagged an item as this class: what it flagged is not that. The figures of
// the yearly report count these (Annex of (EU) 2024/2916, category 6: B1 counts items that are not
// *known* material, B2 those that are not such material at all).
constexpr bool is_error(base::MaterialClass flagged_as, Verdict verdict) {
  return is_error(verdict) ||
         (flagged_as == base::MaterialClass::known && verdict == Verdict::confirm_as_new);
}

}  // namespace proviso::ledger
