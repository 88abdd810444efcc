#include "base/ids.h"

namespace proviso::base {

std::string_view to_string(MaterialClass material) {
  switch (material) {
    case MaterialClass::known:
      return "known";
    case MaterialClass::new_material:
      return "new";
    case MaterialClass::solicitation:
      return "solicitation";
  }
  return "known";
}

}  // namespace proviso::base
