// Reads the policy's YAML and collects every finding.
#pragma once

#include <vector>

#include "policy/fields.h"
#include "policy/policy.h"

namespace proviso::policy {

class PolicyReader {
 public:
  PolicyReader(const fs::path& file, const LoadOptions&, std::vector<base::Finding>& findings);
  Policy read(const yaml::Node& root);

 private:
  void read_provider(const yaml::Node& root);
  void read_services(const yaml::Node& root);
  void read_technologies(const yaml::Node& root);
  Technology read_technology(const yaml::Node& node);
  void read_content(const yaml::Node& node, Technology&);
  void check_method(const yaml::Node& node, const Technology&);
  void read_lists(const yaml::Node& root);
  void read_list_form(const yaml::Node& list, List&);
  void read_people(const yaml::Node& root);
  void read_registers(const yaml::Node& root);
  void read_attestations_of(const yaml::Node& root);
  void read_conduct(const yaml::Node& root);  // secrecy, evidence, retention, review, match, purge,
                                              // redress, grounds, report
  void read_keys(const yaml::Node& root);
  void read_paths(const yaml::Node& root);
  void check_law(const yaml::Node& root);  // instrument, ceilings
  void check_references(const yaml::Node& root);

  // Parses a second file. Null, with a finding, if it is absent or cannot be read.
  yaml::Node parse_file(const yaml::Node& at, std::string_view key, const fs::path&);
  Fields fields_of(const fs::path& file) const;

  std::vector<base::Finding>& findings_;
  LoadOptions options_;
  Fields fields_;
  const yaml::Reader& in_;
  Policy policy_;
};

}  // namespace proviso::policy
