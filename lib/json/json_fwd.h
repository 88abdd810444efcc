// The types of JSON documents, declared only: for headers that name them and do not use them.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace proviso::json {

using Json = nlohmann::json;                 // members sorted by name
using OrderedJson = nlohmann::ordered_json;  // members in the order written, for output

}  // namespace proviso::json
