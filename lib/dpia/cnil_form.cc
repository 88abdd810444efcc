#include <fmt/core.h>

#include <map>

#include "dpia/cnil_questions.h"
#include "dpia/forms.h"
#include "json/json.h"

namespace proviso::dpia {
namespace {

// The place of the first member of that name after `from`, for findings: JSON parsers do not report
// places.
yaml::Mark place_of(std::string_view text, std::size_t at) {
  yaml::Mark mark{1, 1};
  for (const char c : text.substr(0, at)) {
    if (c == '\n') {
      ++mark.line;
      mark.column = 1;
    } else {
      ++mark.column;
    }
  }
  return mark;
}

yaml::Mark place_of_member(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(fmt::format("\"{}\"", name));
  return place_of(text, at == std::string_view::npos ? 0 : at);
}

std::map<int, yaml::Mark> places_of_answers(std::string_view text) {
  constexpr std::string_view kName = "\"reference_to\"";
  std::map<int, yaml::Mark> places;
  for (std::size_t at = text.find(kName); at != std::string_view::npos;
       at = text.find(kName, at + 1)) {
    std::size_t digit = text.find_first_not_of(" \t\r\n:", at + kName.size());
    int id = 0;
    for (; digit < text.size() && text[digit] >= '0' && text[digit] <= '9' && id < 1000; ++digit)
      id = id * 10 + (text[digit] - '0');
    if (id > 0) places.emplace(id, place_of(text, at));
  }
  return places;
}

// The text that a reader of the HTML sees, good enough to find empty answers: without tags and
// comments, common entities replaced.
std::string text_of_html(std::string_view html) {
  constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&nbsp;", " "},  {"&lt;", "<"},  {"&gt;", ">"},
      {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}};
  std::string out;
  for (std::size_t i = 0; i < html.size();) {
    if (html[i] == '<') {
      const std::size_t close = html.find('>', i);
      i = close == std::string_view::npos ? html.size() : close + 1;
      out += ' ';
      continue;
    }
    bool entity = false;
    for (const auto& [name, plain] : kEntities) {
      if (html.substr(i, name.size()) != name) continue;
      out += plain;
      i += name.size();
      entity = true;
      break;
    }
    if (!entity) out += html[i++];
  }
  const std::size_t from = out.find_first_not_of(" \t\r\n");
  return from == std::string::npos ? std::string()
                                   : out.substr(from, out.find_last_not_of(" \t\r\n") - from + 1);
}

yaml::Node node_of(const json::Json& value, yaml::Mark mark) {
  yaml::Node node;
  node.mark = mark;
  if (value.is_object()) {
    node.type = yaml::NodeType::map;
    for (const auto& [name, member] : value.items()) {
      yaml::Node key;
      key.type = yaml::NodeType::scalar;
      key.mark = mark;
      key.scalar = name;
      node.members.push_back({std::move(key), node_of(member, mark)});
    }
  } else if (value.is_array()) {
    node.type = yaml::NodeType::sequence;
    for (const json::Json& item : value) node.items.push_back(node_of(item, mark));
  } else if (!value.is_null()) {
    node.type = yaml::NodeType::scalar;
    node.quoted = value.is_string();
    node.scalar = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return node;
}

const json::Json& member(const json::Json& object, const char* name) {
  static const json::Json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

std::string string_of(const json::Json& value) {
  return value.is_string() ? text_of_html(value.get_ref<const std::string&>()) : std::string();
}

void append(std::string& out, const std::string& more) {
  if (more.empty()) return;
  if (!out.empty()) out += "; ";
  out += more;
}

class CnilReader {
 public:
  CnilReader(std::string_view text, const std::filesystem::path& file,
             std::vector<Finding>& findings)
      : text_(text),
        file_(file),
        findings_(findings),
        root_(json::parse(text, file.string())),
        places_(places_of_answers(text)) {}

  yaml::Node read() {
    out_ = node_of(member(root_, "proviso"), place_of_member(text_, "proviso"));
    if (out_.type != yaml::NodeType::map) {
      out_ = {};
      out_.type = yaml::NodeType::map;
      fail({1, 1}, "no member 'proviso'",
           "a member 'proviso' with what the CNIL's form does not ask; --emit cnil writes one");
    }
    for (const json::Json& answer : member(root_, "answers")) {
      const json::Json& id = member(answer, "reference_to");
      if (!id.is_number_integer()) continue;
      if (!answers_.emplace(id.get<int>(), &member(answer, "data")).second) {
        fail(places_[id.get<int>()], fmt::format("question {} is answered twice", id.get<int>()),
             "one answer");
      }
    }
    for (const CnilQuestion& each : cnil_questions()) take(each.key, answer_to(each), each.id);
    take_measures();
    take_parties();
    return std::move(out_);
  }

 private:
  void fail(yaml::Mark mark, std::string what, std::string write) {
    findings_.push_back(form_finding(file_, mark, std::move(what), std::move(write)));
  }

  void take(std::string_view key, std::string text, int id) {
    const auto place = places_.find(id);
    const yaml::Mark mark = place == places_.end() ? yaml::Mark{1, 1} : place->second;
    if (text.empty()) {
      Finding note = form_finding(
          file_, mark, fmt::format("question {} of the CNIL's form has no answer ({})", id, key),
          "");
      note.level = Level::note;
      findings_.push_back(std::move(note));
    }
    put_or_fail(key, std::move(text), mark);
  }

  void put_or_fail(std::string_view key, std::string text, yaml::Mark mark) {
    if (!text.empty() && !put(out_, key, std::move(text), mark)) {
      fail(mark, fmt::format("{} stands twice, in the form and in 'proviso'", key),
           "one of the two");
    }
  }

  const json::Json& data_of(int id) const {
    static const json::Json kNone;
    const auto found = answers_.find(id);
    return found == answers_.end() ? kNone : *found->second;
  }

  std::string answer_to(const CnilQuestion& question) {
    const json::Json& data = data_of(question.id);
    std::string out = string_of(member(data, "text"));
    if (question.part == CnilPart::list) {
      for (const json::Json& item : member(data, "list")) append(out, string_of(item));
    } else if (question.part == CnilPart::gauge) {
      // Severity is one question and likelihood the next; each has a gauge from 1 to 4.
      for (const int id : {question.id, question.id + 1}) {
        const json::Json& gauge = member(data_of(id), "gauge");
        if (gauge.is_number_integer() && gauge.get<int>() >= 1 && gauge.get<int>() <= 4) continue;
        fail(places_.count(id) != 0 ? places_[id] : yaml::Mark{1, 1},
             fmt::format("question {} has no gauge", id),
             "a gauge from 1 (negligible) to 4 (maximum)");
      }
      append(out, string_of(member(data_of(question.id + 1), "text")));
    }
    return out;
  }

  void take_measures() {
    std::string measures;
    for (const json::Json& each : member(root_, "measures")) {
      const std::string title = string_of(member(each, "title"));
      const std::string content = string_of(member(each, "content"));
      append(measures, content.empty() ? title : fmt::format("{}: {}", title, content));
    }
    put_or_fail("action_plan.measures", measures, place_of_member(text_, "measures"));
  }

  void take_parties() {
    const json::Json& pia = member(root_, "pia");
    const std::string advice = string_of(member(pia, "dpo_opinion"));
    put_or_fail("interested_parties.dpo_advice", advice, place_of_member(text_, "dpo_opinion"));
    if (!advice.empty() && member(pia, "dpo_status") != 1) {
      fail(place_of_member(text_, "dpo_status"),
           "the data protection officer's opinion is not favourable (dpo_status is not 1)",
           "what became of the advice, and a new opinion");
    }
    const bool asked = member(pia, "concerned_people_searched_opinion") == true;
    const char* const name =
        asked ? "concerned_people_opinion" : "concerned_people_searched_content";
    put_or_fail("interested_parties.data_subjects", string_of(member(pia, name)),
                place_of_member(text_, name));
    if (member(pia, "status") == 1)
      fail(place_of_member(text_, "status"), "the assessment was refused (status 1)",
           "an assessment that was validated");
  }

  std::string_view text_;
  const std::filesystem::path& file_;
  std::vector<Finding>& findings_;
  json::Json root_;
  std::map<int, yaml::Mark> places_;
  std::map<int, const json::Json*> answers_;
  yaml::Node out_;
};

}  // namespace

yaml::Node cnil_tree(std::string_view text, const std::filesystem::path& file,
                     std::vector<Finding>& findings) {
  return CnilReader(text, file, findings).read();
}

}  // namespace proviso::dpia
