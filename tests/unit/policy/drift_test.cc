#include <doctest/doctest.h>

#include "provider_files.h"

using namespace proviso;
using policy_test::ProviderFiles;

namespace {

std::string digest(const ProviderFiles& files) {
  const policy::Policy p = files.load();
  return policy::drift_digest(p, p.technologies.at(0));
}

}  // namespace

TEST_CASE("the drift digest changes with each thing that an assessment describes") {
  const ProviderFiles files;
  const std::string before = digest(files);
  CHECK(before.size() == 64);
  const std::pair<const char*, const char*> changes[] = {
      {"version: \"1.0\"", "version: \"1.1\""},
      {"method: pdq", "method: exact"},
      {"method: pdq", "method: pdq\n    parameters: {distance: 30}"},
      {"purpose: known-csam\n", "purpose: new-csam\n"},
      {"source: \"made up\"", "source: \"another\""}};
  for (const auto& [from, to] : changes) {
    ProviderFiles changed;
    CHECK(digest(changed.change(from, to)) != before);
  }
}

TEST_CASE("stating a default, moving files, or another list content is no drift") {
  const ProviderFiles files;
  const std::string before = digest(files);
  ProviderFiles stated;
  CHECK(digest(stated.change("method: pdq",
                             "method: pdq\n    parameters: {quality_floor: 50, distance: 31}")) ==
        before);
  ProviderFiles content;
  content.put("known.ndjson", "{\"id\":\"made-up\"}\n");
  CHECK(digest(content) == before);
  ProviderFiles people;
  CHECK(digest(people.change("contact: redress@example.org", "contact: other@example.org")) ==
        before);
}
