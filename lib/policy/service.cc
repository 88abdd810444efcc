#include "policy/service.h"

namespace proviso::policy {

std::string_view to_string(E2ee e2ee) { return base::word_of(kE2ee, e2ee); }

}  // namespace proviso::policy
