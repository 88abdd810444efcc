#include <fmt/core.h>

#include <cctype>

#include "dpia/forms.h"
#include "dpia/questions.h"

namespace proviso::dpia {
namespace {

struct Line {
  std::string_view text;
  int number = 0;  // from 1
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  int number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = text.substr(start, end - start);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.push_back({line, ++number});
    start = end + 1;
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\n\r");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\n\r") - from + 1);
}

// Readers of the page do not see comments; one that does not end hides the rest.
std::string without_comments(std::string text) {
  for (std::size_t open = text.find("<!--"); open != std::string::npos;
       open = text.find("<!--", open)) {
    const std::size_t close = text.find("-->", open);
    text.erase(open, close == std::string::npos ? std::string::npos : close + 3 - open);
  }
  return text;
}

// The words of a heading or key for comparison: lower case, punctuation as blanks.
std::string words_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool word =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
    if (word)
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  return std::string(trimmed(out));
}

// "2.1 Purposes" and "W6 Purposes" without their numbers.
std::string_view without_number(std::string_view heading) {
  const std::size_t blank = heading.find(' ');
  if (blank == std::string_view::npos) return heading;
  for (const char c : heading.substr(0, blank)) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0 && c != '.' && c != ':' && c != 'W' &&
        c != 'D')
      return heading;
  }
  return trimmed(heading.substr(blank));
}

// Where the text below the headings goes.
class Outline {
 public:
  // The key of the heading's question; empty if there is none: the text below is not read.
  std::string key_of(std::string_view heading) {
    std::string plain;
    for (const char c : heading) {
      if (c != '`' && c != '*') plain += c;
    }
    for (const Question& each : questions()) {
      if (each.key == trimmed(plain)) return std::string(each.key);
    }
    const std::string words = words_of(without_number(trimmed(plain)));
    if (enter_section(plain, words)) return {};
    if (section_ == "risks" && enter_event(words)) return {};
    for (const Question& each : questions()) {
      if (each.key.rfind(prefix(), 0) != 0) continue;
      const std::string_view rest = each.key.substr(prefix().size());
      if (rest.find('.') == std::string_view::npos && words_of(rest) == words)
        return std::string(each.key);
    }
    return {};
  }

 private:
  std::string prefix() const {
    return event_.empty() ? section_ + "." : section_ + "." + event_ + ".";
  }

  bool enter_section(std::string_view heading, const std::string& words) {
    for (const Section& each : sections()) {
      const bool numbered = heading.size() > 1 &&
                            std::isdigit(static_cast<unsigned char>(each.title[0])) != 0 &&
                            heading[0] == each.title[0] && heading[1] == ' ';
      if (!numbered && words != words_of(each.name) &&
          words != words_of(without_number(each.title)))
        continue;
      section_ = std::string(each.name);
      event_.clear();
      return true;
    }
    return false;
  }

  bool enter_event(const std::string& words) {
    for (const Question& each : questions()) {
      if (each.key.rfind("risks.", 0) != 0) continue;
      const std::string_view rest = each.key.substr(6);
      const std::string_view event = rest.substr(0, rest.find('.'));
      if (words_of(event) != words) continue;
      event_ = std::string(event);
      return true;
    }
    return false;
  }

  std::string section_, event_;
};

// The text of a heading ("## Purposes ##"); nullopt if the line is not a heading.
std::optional<std::string_view> heading_of(std::string_view line) {
  const std::size_t marks = line.find_first_not_of('#');
  if (marks == 0 || marks == std::string_view::npos || marks > 6 || line[marks] != ' ')
    return std::nullopt;
  std::string_view text = trimmed(line.substr(marks));
  while (!text.empty() && text.back() == '#') text.remove_suffix(1);
  return trimmed(text);
}

}  // namespace

yaml::Node markdown_tree(std::string_view text, const std::filesystem::path& file,
                         std::vector<Finding>& findings) {
  const auto place = [&](int line) { return fmt::format("{}:{}:1", file.string(), line); };
  const std::vector<Line> lines = lines_of(text);
  if (lines.empty() || lines[0].text != "---") {
    throw base::Error(base::ExitCode::config, "no front matter, a first line of --- was expected",
                      place(1), "the keys that are no long texts stand there, see proviso-dpia(5)");
  }
  std::size_t end = 1;
  while (end < lines.size() && lines[end].text != "---") ++end;
  if (end == lines.size()) {
    throw base::Error(base::ExitCode::config,
                      "the front matter has no end, a second line of --- was expected", place(1));
  }
  // A blank line replaces the first ---, so that places are those of the file.
  std::string front = "\n";
  for (std::size_t i = 1; i < end; ++i) front += std::string(lines[i].text) + "\n";
  yaml::Node root = yaml::parse(front, file.string());

  Outline outline;
  std::string key, body;
  int at = 0;
  const auto finish = [&] {
    const std::string answer = without_comments(std::move(body));
    if (!key.empty() && !put(root, key, std::string(trimmed(answer)), {at, 1})) {
      findings.push_back(form_finding(
          file, {at, 1},
          fmt::format("{} stands twice, in the front matter or below two headings", key),
          "one of the two"));
    }
    body.clear();
  };
  bool fenced = false;
  for (std::size_t i = end + 1; i < lines.size(); ++i) {
    const std::string_view line = lines[i].text;
    if (line.rfind("```", 0) == 0 || line.rfind("~~~", 0) == 0) fenced = !fenced;
    const auto heading = fenced ? std::nullopt : heading_of(line);
    if (!heading) {
      body += std::string(line) + "\n";
      continue;
    }
    finish();
    key = outline.key_of(*heading);
    at = lines[i].number;
  }
  finish();
  return root;
}

}  // namespace proviso::dpia
