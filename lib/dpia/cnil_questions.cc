#include "dpia/cnil_questions.h"

namespace proviso::dpia {

const std::vector<CnilQuestion>& cnil_questions() {
  using enum CnilPart;
  static const std::vector<CnilQuestion> all = {
      {111, text, "description.nature_scope_context"},
      {112, text, "identification.controller"},
      {113, text, "description.codes_of_conduct"},
      {121, text, "description.data_recipients_storage"},
      {122, text, "description.functional_description"},
      {123, text, "description.assets"},
      {211, text, "compliance.purposes"},
      {212, text, "compliance.lawfulness"},
      {213, text, "compliance.minimisation"},
      {215, text, "compliance.storage_limitation"},
      {221, text, "compliance.information"},
      {223, text, "compliance.access_portability"},
      {224, text, "compliance.rectification_erasure"},
      {225, text, "compliance.objection_restriction"},
      {226, text, "compliance.processors"},
      {227, text, "compliance.transfers"},
      {321, list, "risks.illegitimate_access.impacts"},
      {322, list, "risks.illegitimate_access.threats"},
      {323, list, "risks.illegitimate_access.sources"},
      {324, list, "risks.illegitimate_access.measures"},
      {325, gauge, "risks.illegitimate_access.likelihood_and_severity"},
      {331, list, "risks.undesired_modification.impacts"},
      {332, list, "risks.undesired_modification.threats"},
      {333, list, "risks.undesired_modification.sources"},
      {334, list, "risks.undesired_modification.measures"},
      {335, gauge, "risks.undesired_modification.likelihood_and_severity"},
      {341, list, "risks.disappearance.impacts"},
      {342, list, "risks.disappearance.threats"},
      {343, list, "risks.disappearance.sources"},
      {344, list, "risks.disappearance.measures"},
      {345, gauge, "risks.disappearance.likelihood_and_severity"},
  };
  return all;
}

}  // namespace proviso::dpia
