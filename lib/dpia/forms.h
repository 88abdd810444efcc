// Converts each form of an assessment (proviso-dpia(5)) to the tree of the YAML form; private to
// this room.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "dpia/dpia.h"
#include "yaml/node.h"

namespace proviso::dpia {

// Markdown with YAML front matter; long texts may be below headings. Throws base::Error(config)
// with file:line:column if the front matter is missing or does not end.
yaml::Node markdown_tree(std::string_view text, const std::filesystem::path&,
                         std::vector<Finding>& findings);

// JSON that the CNIL's PIA tool exports; the member "proviso" has what the tool has no field for.
// Throws base::Error(data) if it is not JSON.
yaml::Node cnil_tree(std::string_view text, const std::filesystem::path&,
                     std::vector<Finding>& findings);

// Puts a text at a dotted key; false if the key has a value already.
bool put(yaml::Node& root, std::string_view key, std::string text, yaml::Mark);

// A finding about the form of the file.
Finding form_finding(const std::filesystem::path&, yaml::Mark, std::string what, std::string write);

}  // namespace proviso::dpia
