#include "policy/drift.h"

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

// Oversight sign-offs and impact assessments in use carry these digests. Computed by the build of
// 25 November 2026, before methods had types of their own.
TEST_CASE("the drift digest of each method, with and without its parameters, is the one in use") {
  struct Golden {
    const char* method;
    const char* purpose;
    const char* content;
    const char* lists;
    const char* digest;
  };
  const char* const lists = "    lists: [known]\n";
  const Golden golden[] = {
      {"method: exact", "known-csam", "[image, file]", lists,
       "9b976c9eb5695aad297ea17f8b035cb44bb74ec9604db2d8cd70e5657aa96c9a"},
      {"method: exact\n    parameters: {digests: [sha256, md5, md5]}", "known-csam",
       "[image, file]", lists, "94ec9ccea0852891bfd646bdb768b1e6753d3c19f1f6e76a5dfd394072d579d3"},
      {"method: pdq", "known-csam", "[image]", lists,
       "16cd6f20d37b31c1be56e45df13ef2f3b5208f9afcb4279b3255351183b24f2f"},
      {"method: pdq\n    parameters: {distance: 0, quality_floor: 100, dihedral: true}",
       "known-csam", "[image, video]", lists,
       "1c8526ca857c0d1f827bbec642911354aa414188a2cab26216b14188da1f18ca"},
      {"method: pdq\n    parameters: {dihedral: false, unletterbox: true}", "new-csam", "[image]",
       lists, "9e412f1d7bdcf4f6642a04ab6a0b0d87c5c8754b0412e11d4272831261d74868"},
      {"method: vpdq", "known-csam", "[video]", lists,
       "d2734315f72eb6ff8d96fe4853a38cb62431c473ddb3f04196aa54db217ed6d0"},
      {"method: vpdq\n    parameters: {distance: 63, quality_floor: 0, query_share: 0, "
       "entry_share: 100}",
       "known-csam", "[video, image]", lists,
       "8a452700c973b2792083bc4a19a36263ff37fc92a657ef897c9d118d56e71d19"},
      {"method: indicators\n    parameters: {thresholds: {age_difference: 10, child_likely: 1}, "
       "objective: [child_likely]}",
       "solicitation", "[text]", "",
       "2d06877d5ea424aba1193333f3456d6bda4b3385bc6f1149caedc95efa776c99"},
      {"method: indicators\n    parameters: {thresholds: {b: 0.5, a: 1e9, c: 1e-7}, "
       "objective: [c, a, c], minimum: 3}",
       "solicitation", "[text]", "",
       "ae24d3a3d134f618bfd76ea46e22c5d03ea40ef2e999ed38f97612f4c8003630"},
      {"method: external\n    parameters: {threshold: 0.9, detector: \"a detector\", "
       "detector_version: \"3.1\"}",
       "new-csam", "[image]", "",
       "880bca618a4cd82d2936560d91299d365687ca3cbb82428b6aef0078d5f8cceb"},
      {"method: external\n    parameters: {threshold: 1, detector: D, detector_version: \"1\"}",
       "known-csam", "[image, video, file]", "",
       "6840645edd44841501e74271eda5bf9aa4904126e1c6e2f500651403c715f470"}};
  for (const Golden& each : golden) {
    CAPTURE(std::string(each.method));
    ProviderFiles files;
    files.change("method: pdq", each.method)
        .change("purpose: known-csam\n", std::string("purpose: ") + each.purpose + "\n")
        .change("content: [image]", std::string("content: ") + each.content)
        .change(lists, each.lists);
    CHECK(digest(files) == each.digest);
  }
}
