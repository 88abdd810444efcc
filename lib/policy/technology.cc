#include "policy/technology.h"

namespace proviso::policy {

std::string_view to_string(Purpose purpose) { return base::word_of(kPurposes, purpose); }

}  // namespace proviso::policy
