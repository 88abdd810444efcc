// Maps the questions of the CNIL's PIA tool (its architecture file, 111 to 346) to ours; private to
// this room.
#pragma once

#include <string_view>
#include <vector>

namespace proviso::dpia {

enum class CnilPart { text, list, gauge };  // which part of an answer is read

struct CnilQuestion {
  int id;  // `reference_to`
  CnilPart part;
  std::string_view key;  // our key
};

// Accuracy (214) and consent (222) have no counterpart.
const std::vector<CnilQuestion>& cnil_questions();

}  // namespace proviso::dpia
