#include "dpia/file_check.h"

#include <doctest/doctest.h>

using namespace proviso;

namespace {

policy::Policy a_policy() {
  policy::Policy policy;
  policy.instrument = "reg-2026-1881";
  policy::Technology technology;
  technology.name = "known-pdq";
  technology.dpia = "/no/such/dpia.yaml";
  policy.technologies = {technology};
  return policy;
}

}  // namespace

TEST_CASE("an assessment that is not there is one finding, with the command that makes it") {
  const policy::Policy policy = a_policy();
  const law::Resolved law(law::load("reg-2026-1881"), {}, true);
  const auto checked =
      dpia::check_file(policy, policy.technologies[0], law, base::Date{2026, 11, 24}, 30);
  CHECK(checked.technology == "known-pdq");
  REQUIRE(checked.findings.size() == 1);
  CHECK(checked.findings[0].check == "D1");
  CHECK(checked.findings[0].rule == "DP-01");
  CHECK_FALSE(checked.findings[0].citation.empty());
  CHECK(checked.findings[0].write.find("--init known-pdq --output /no/such/dpia.yaml") !=
        std::string::npos);
}

TEST_CASE("an example is for rehearsals; a technology is one of the policy's") {
  const policy::Policy policy = a_policy();
  CHECK_THROWS_WITH(dpia::make_form(policy, policy.technologies[0], true, false),
                    "--example: an example assesses nothing: it is for mode rehearsal only");
  CHECK(dpia::make_form(policy, policy.technologies[0], false, true).find("known-pdq") !=
        std::string::npos);
  CHECK(&dpia::technology_named(policy, "known-pdq") == &policy.technologies[0]);
  CHECK_THROWS_WITH(dpia::technology_named(policy, "other"),
                    "the technology 'other' is not in the policy");
}
