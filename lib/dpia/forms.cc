#include "dpia/forms.h"

#include <fmt/core.h>

namespace proviso::dpia {

bool put(yaml::Node& root, std::string_view key, std::string text, yaml::Mark mark) {
  yaml::Node* map = &root;
  for (;;) {
    if (map->type == yaml::NodeType::null) map->type = yaml::NodeType::map;
    if (map->type != yaml::NodeType::map) return false;
    const std::size_t dot = key.find('.');
    const std::string_view name = key.substr(0, dot);
    yaml::Node* next = nullptr;
    for (yaml::Member& member : map->members) {
      if (member.key.scalar == name) next = &member.value;
    }
    const bool there = next != nullptr;
    if (!there) {
      yaml::Member member;
      member.key.type = yaml::NodeType::scalar;
      member.key.mark = mark;
      member.key.scalar = std::string(name);
      member.value.mark = mark;
      map->members.push_back(std::move(member));
      next = &map->members.back().value;
    }
    if (dot == std::string_view::npos) {
      if (there) return false;
      next->type = yaml::NodeType::scalar;
      next->quoted = true;
      next->scalar = std::move(text);
      return true;
    }
    map = next;
    key.remove_prefix(dot + 1);
  }
}

Finding form_finding(const std::filesystem::path& file, yaml::Mark mark, std::string what,
                     std::string write) {
  Finding finding;
  finding.check = "form";
  finding.file = file.string();
  finding.line = mark.line;
  finding.column = mark.column;
  finding.rule = "DP-01";
  finding.citation = "GDPR Art. 35(7)";
  finding.what = std::move(what);
  finding.write = std::move(write);
  return finding;
}

}  // namespace proviso::dpia
