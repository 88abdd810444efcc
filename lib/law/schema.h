// The JSON Schema (2020-12) of an instrument file, compiled in from schema/instrument.json.
#pragma once

#include <string_view>

namespace proviso::law {

std::string_view schema();

}  // namespace proviso::law
