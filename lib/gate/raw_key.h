// A SipHash key from a file of 16 raw bytes ("file:PATH" or a bare path). Error(config) for any
// other size.
#pragma once

#include <string>

#include "crypto/random.h"

namespace proviso::gate {

crypto::SipKey read_raw_key(const std::string& uri);

}  // namespace proviso::gate
