// The forms an assessment may have, each brought to the tree of our own YAML form; private to this
// room. proviso-dpia(5)
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "dpia/dpia.h"
#include "yaml/node.h"

namespace proviso::dpia {

// Markdown with YAML front matter: long texts may stand below headings. Throws base::Error(config)
// with file:line:column when there is no front matter, or none that ends.
yaml::Node markdown_tree(std::string_view text, const std::filesystem::path&,
                         std::vector<Finding>& findings);

// JSON as the CNIL's PIA tool exports it, with what it has no field for in a member "proviso" of
// our own. Throws base::Error(data) when it is no JSON.
yaml::Node cnil_tree(std::string_view text, const std::filesystem::path&,
                     std::vector<Finding>& findings);

// Puts a text at a dotted key; false when something stands there already.
bool put(yaml::Node& root, std::string_view key, std::string text, yaml::Mark);

// A finding about the form of the file.
Finding form_finding(const std::filesystem::path&, yaml::Mark, std::string what, std::string write);

}  // namespace proviso::dpia
