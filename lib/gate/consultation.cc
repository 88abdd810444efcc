#include "gate/consultation.h"

#include <fmt/format.h>

namespace proviso::gate {
namespace {

bool is_new(const policy::Technology& technology, const law::Instrument& text) {
  if (!text.new_technology_from) return false;
  if (technology.purpose == policy::Purpose::solicitation) return true;
  return !technology.first_used_by_any ||
         *technology.first_used_by_any >= *text.new_technology_from;
}

}  // namespace

std::optional<std::string> consultation_flaw(const dpia::Consultation& c,
                                             const policy::Technology& technology,
                                             base::Date today) {
  if (!c.sent) return "the consultation was not sent";
  if (today < *c.sent) return "the consultation is dated after today";
  if (technology.first_used && *technology.first_used <= *c.sent)
    return "the consultation was sent after first use";
  if (c.advice) {
    if (today < *c.advice) return "the advice is dated after today";
    if (!c.advice_answered) return "the authority's advice was not answered";
    if (today < *c.advice_answered) return "the answer to the advice is dated after today";
    return std::nullopt;
  }
  const auto ends = c.period_ends();
  if (!ends) return "the consultation's period has not begun or is suspended";
  if (today <= *ends)
    return fmt::format("the consultation's period runs until {}", base::to_string(*ends));
  return std::nullopt;
}

std::optional<std::string> report_back_flaw(const dpia::Consultation& c,
                                            const policy::Technology& technology,
                                            const law::Instrument& text, base::Date today) {
  if (!is_new(technology, text) || !c.advice) return std::nullopt;
  if (!c.report_back) return "written advice was given and nothing was reported back";
  if (*c.report_back < *c.advice || today < *c.report_back) {
    return "the report back is dated before the advice or after today";
  }
  return std::nullopt;
}

}  // namespace proviso::gate
