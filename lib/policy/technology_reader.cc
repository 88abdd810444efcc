// Reads the technologies of the policy.
#include <fmt/core.h>

#include "policy/method_reader.h"
#include "policy/policy_reader.h"

namespace proviso::policy {

void PolicyReader::check_method(const yaml::Node& node, const Technology& out) {
  const bool solicitation = out.purpose == Purpose::solicitation;
  if (solicitation && out.as<External>() != nullptr) {
    in_.fail(node, "method external is of pictures and files, it cannot look for solicitation");
  } else if (solicitation && out.as<Indicators>() == nullptr) {
    in_.fail(node, fmt::format("method {} compares files, it cannot look for solicitation",
                               to_string(out.method)));
  } else if (!solicitation && out.as<Indicators>() != nullptr) {
    in_.fail(node, fmt::format("method indicators is for purpose solicitation alone, not {}",
                               to_string(out.purpose)));
  }
}

void PolicyReader::read_content(const yaml::Node& node, Technology& out) {
  for (const std::string& word : in_.strings(node, "content")) {
    const auto kind = base::parse_content_kind(word);
    if (!kind) {
      in_.fail(*node.find("content"), fmt::format("content: '{}' is not a kind of content", word));
    } else if (*kind == base::ContentKind::archive || *kind == base::ContentKind::mail) {
      in_.fail(*node.find("content"),
               fmt::format("content: {} is a container, the kinds inside it were expected", word));
    } else if (!takes_kind(out.method, *kind)) {
      in_.fail(*node.find("content"),
               fmt::format("content: method {} is of {}, not {}", to_string(out.method),
                           what_it_takes(out.method), word));
    } else {
      out.content.insert(*kind);
    }
  }
  if (const yaml::Node* content = in_.require(node, "content");
      content != nullptr && content->items.empty()) {
    in_.fail(*content, "content is empty");
  }
}

Technology PolicyReader::read_technology(const yaml::Node& node) {
  in_.only(node, {"name", "version", "purpose", "method", "parameters", "content", "services",
                  "first_used", "first_used_by_any_provider", "dpia", "lists"});
  Technology out;
  out.name = fields_.name(node);
  out.version = fields_.text(node, "version");
  out.purpose = fields_.word(node, "purpose", kPurposes).value_or(Purpose::known_csam);
  out.method = read_method(fields_, node);
  check_method(node, out);
  out.method = read_parameters(fields_, node, std::move(out.method));
  read_content(node, out);
  out.services = in_.strings(node, "services");
  if (const yaml::Node* services = in_.require(node, "services");
      services != nullptr && out.services.empty()) {
    in_.fail(*services, "services is empty");
  }
  out.first_used = fields_.date(node, "first_used");
  const yaml::Node& any = fields_.section(node, "first_used_by_any_provider", false);
  in_.only(any, {"date", "evidence"});
  if (!any.members.empty()) {
    out.first_used_by_any = fields_.require_date(any, "date");
    out.first_used_evidence = fields_.text(any, "evidence");
  }
  // Need not exist: dpia-check reads this policy before it writes the file. The gate reports a
  // missing one.
  out.dpia = fields_.path(node, "dpia", Fields::Expect::nothing, false);
  out.lists = in_.strings(node, "lists");
  if (!uses_lists(out.method)) {
    if (!out.lists.empty())
      in_.fail(*node.find("lists"),
               fmt::format("lists: method {} looks nothing up", to_string(out.method)));
  } else if (const yaml::Node* lists = in_.require(node, "lists");
             lists != nullptr && out.lists.empty()) {
    in_.fail(*lists, "lists is empty");
  }
  return out;
}

void PolicyReader::read_technologies(const yaml::Node& root) {
  for (const yaml::Node& each : fields_.list(root, "technologies", true)) {
    if (each.type != yaml::NodeType::map) {
      in_.fail(each, "a map was expected");
      continue;
    }
    Technology one = read_technology(each);
    if (policy_.technology(one.name) != nullptr)
      in_.fail(each, fmt::format("technology {} stands twice", one.name));
    for (const std::string& name : one.services) {
      if (policy_.service(name) == nullptr)
        in_.fail(*each.find("services"), fmt::format("service {} is not in services", name));
    }
    for (const std::string& name : one.lists) {
      if (policy_.list(name) == nullptr)
        in_.fail(*each.find("lists"), fmt::format("list {} is not in lists", name));
    }
    policy_.technologies.push_back(std::move(one));
  }
}

}  // namespace proviso::policy
