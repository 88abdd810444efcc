#include "gate/gate_documents.h"

#include <cstddef>

#include "base/file.h"
#include "json/json.h"
#include "policy/show.h"

namespace proviso::gate {

using Kind = ledger::DocumentKind;

std::vector<InputDocument> input_documents(const policy::Policy& policy, const law::Resolved& law,
                                           const std::vector<dpia::Document>& assessments,
                                           const ProtectedAccounts& protected_accounts) {
  std::vector<InputDocument> out;
  out.push_back(
      {Kind::policy,
       {},
       json::canonical(policy::without_people(policy, law, protected_accounts.sha256()))});
  for (const law::Instrument* text : law.all())
    out.push_back({Kind::instrument, text->id, text->text});
  for (std::size_t i = 0; i < assessments.size(); ++i) {
    if (!assessments[i].sha256.empty())
      out.push_back({Kind::dpia, policy.technologies[i].name, assessments[i].bytes});
  }
  for (const policy::Service& each : policy.services) {
    if (!each.notice.file.empty())
      out.push_back({Kind::notice, each.name, base::read_file(each.notice.file)});
  }
  return out;
}

}  // namespace proviso::gate
