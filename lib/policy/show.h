// The policy as every tool sees it: defaults filled in, paths absolute, ceilings of the law and of
// `also` applied.
#pragma once

#include "json/json_fwd.h"

namespace proviso::law {
class Resolved;
}

namespace proviso::policy {

struct Policy;

// For `policy show --resolved`. Contains key URIs, without the PIN of a pkcs11: URI, and no key
// material.
json::OrderedJson resolved_json(const Policy&, const law::Resolved&);

}  // namespace proviso::policy
