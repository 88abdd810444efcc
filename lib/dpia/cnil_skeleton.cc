// Makes a file that the CNIL's PIA tool imports from our template: answers to its questions, and
// all else in the member "proviso".
#include <algorithm>
#include <set>

#include "dpia/cnil_questions.h"
#include "dpia/dpia.h"
#include "json/json.h"
#include "yaml/node.h"

namespace proviso::dpia {
namespace {

json::OrderedJson json_of(const yaml::Node& node, const std::string& key,
                          const std::set<std::string>& elsewhere);

json::OrderedJson map_of(const yaml::Node& node, const std::string& key,
                         const std::set<std::string>& elsewhere) {
  json::OrderedJson out = json::OrderedJson::object();
  for (const yaml::Member& member : node.members) {
    const std::string name = key.empty() ? member.key.scalar : key + "." + member.key.scalar;
    if (elsewhere.count(name) == 0) out[member.key.scalar] = json_of(member.value, name, elsewhere);
  }
  return out;
}

json::OrderedJson json_of(const yaml::Node& node, const std::string& key,
                          const std::set<std::string>& elsewhere) {
  switch (node.type) {
    case yaml::NodeType::null:
      return nullptr;
    case yaml::NodeType::map:
      return map_of(node, key, elsewhere);
    case yaml::NodeType::sequence: {
      json::OrderedJson out = json::OrderedJson::array();
      for (const yaml::Node& item : node.items) out.push_back(json_of(item, key, elsewhere));
      return out;
    }
    case yaml::NodeType::scalar:
      break;
  }
  // Plain numbers, true and false keep their type; the rest is text.
  json::OrderedJson plain =
      node.quoted ? json::OrderedJson() : json::OrderedJson::parse(node.scalar, nullptr, false);
  if (plain.is_number() || plain.is_boolean()) return plain;
  return node.scalar;
}

std::string html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

const yaml::Node* find(const yaml::Node& root, std::string_view key) {
  const yaml::Node* node = &root;
  while (node != nullptr) {
    const std::size_t dot = key.find('.');
    node = node->find(key.substr(0, dot));
    if (dot == std::string_view::npos) return node;
    key.remove_prefix(dot + 1);
  }
  return nullptr;
}

std::string text_at(const yaml::Node& root, std::string_view key) {
  const yaml::Node* node = find(root, key);
  return node == nullptr ? std::string() : node->scalar;
}

json::OrderedJson answer(int id, const std::string& text, const json::OrderedJson& gauge,
                         const json::OrderedJson& list) {
  return {{"pia_id", 1},
          {"reference_to", id},
          {"data",
           {{"text", text.empty() ? json::OrderedJson() : json::OrderedJson(html(text))},
            {"gauge", gauge},
            {"list", list}}}};
}

}  // namespace

std::string cnil_skeleton(std::string_view form, std::string_view technology, bool example) {
  const yaml::Node root = yaml::parse(form, "the template");
  std::set<std::string> elsewhere = {"action_plan.measures", "interested_parties.dpo_advice",
                                     "interested_parties.data_subjects"};
  const json::OrderedJson none = json::OrderedJson::array();
  json::OrderedJson answers = json::OrderedJson::array();
  for (const CnilQuestion& each : cnil_questions()) {
    elsewhere.emplace(each.key);
    const std::string text = text_at(root, each.key);
    if (each.part == CnilPart::list) {
      answers.push_back(answer(each.id, "", nullptr, json::OrderedJson::array({html(text)})));
    } else if (each.part == CnilPart::gauge) {
      // An example sets the gauges; a template leaves them to the person who fills it in.
      answers.push_back(answer(each.id, text, example ? 3 : 0, none));
      answers.push_back(answer(each.id + 1, "", example ? 2 : 0, none));
    } else {
      answers.push_back(answer(each.id, text, nullptr, none));
    }
  }
  const json::OrderedJson out = {
      {"pia",
       {{"id", 1},
        {"status", 0},
        {"name", std::string(technology)},
        {"author_name", ""},
        {"evaluator_name", ""},
        {"validator_name", ""},
        {"dpo_status", example ? 1 : 0},
        {"dpo_opinion", html(text_at(root, "interested_parties.dpo_advice"))},
        {"dpos_names", ""},
        {"concerned_people_searched_opinion", true},
        {"concerned_people_status", 0},
        {"concerned_people_opinion", html(text_at(root, "interested_parties.data_subjects"))},
        {"concerned_people_searched_content", ""},
        {"people_names", ""}}},
      {"answers", std::move(answers)},
      {"measures",
       json::OrderedJson::array({{{"id", 1},
                                  {"pia_id", 1},
                                  {"title", "Measures"},
                                  {"content", html(text_at(root, "action_plan.measures"))}}})},
      {"evaluations", none},
      {"comments", none},
      {"proviso", map_of(root, "", elsewhere)}};
  return out.dump(2, ' ', false, json::OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace proviso::dpia
