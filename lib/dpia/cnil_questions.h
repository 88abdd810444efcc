// Questions of the CNIL's PIA tool and ours (its architecture file, questions 111 to 346); private
// to this room.
#pragma once

#include <string_view>
#include <vector>

namespace proviso::dpia {

enum class CnilPart { text, list, gauge };  // which part of an answer is read

struct CnilQuestion {
  int id;  // `reference_to`
  CnilPart part;
  std::string_view key;  // of ours
};

// Accuracy (214) and consent (222) have no counterpart: neither is asked for here.
const std::vector<CnilQuestion>& cnil_questions();

}  // namespace proviso::dpia
