#include "report/render.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/mode.h"

namespace proviso::report {

namespace {

std::string plain(const json::Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// The value as people read it: "n/a (why)", "25.0 %".
std::string value_text(const Figure& figure) {
  if (!figure.answered()) return fmt::format("n/a ({})", figure.note);
  std::string text = plain(figure.value);
  if (!figure.unit.empty()) text += " " + figure.unit;
  if (!figure.by_technology.empty()) {
    std::string each;
    for (const auto& [name, value] : figure.by_technology) {
      each += fmt::format("{}{}: {}", each.empty() ? "" : ", ", name, plain(value));
    }
    text += fmt::format(" ({})", each);
  }
  return text;
}

std::string title(const AnnualReport& report) {
  return fmt::format("{}Yearly report {} of {}{}{}", report.rehearsal ? "REHEARSAL: " : "",
                     report.year, report.provider.name,
                     report.service.empty() ? "" : ", service " + report.service,
                     report.draft ? " (draft)" : "");
}

std::vector<std::pair<std::string, std::string>> header(const AnnualReport& report) {
  std::string periods;
  for (const law::Window& period : report.periods) {
    periods += fmt::format("{}{} to {}", periods.empty() ? "" : ", ", base::to_string(period.from),
                           base::to_string(period.to));
  }
  return {{"provider", report.provider.name},
          {"establishment", report.provider.establishment},
          {"supervisory authority", report.provider.supervisory_authority},
          {"form", report.form.title},
          {"instrument", report.instrument},
          {"days of the year on which it is law", periods.empty() ? "none" : periods},
          {"ledger", fmt::format("{} entries, root {}", report.checkpoint.size,
                                 base::to_hex(report.checkpoint.root))}};
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string markdown_cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '<' || c == '`' || c == '*' || c == '_') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

std::string html_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string label(const Figure& figure) {
  std::string text = figure.row.label;
  if (figure.row.optional) text += " (optional)";
  return text;
}

std::string note(const Figure& figure) { return figure.answered() ? figure.note : std::string(); }

}  // namespace

json::OrderedJson to_json(const AnnualReport& report) {
  json::OrderedJson out;
  if (report.rehearsal) out["mark"] = "REHEARSAL";
  out["form"] = report.form.id;
  out["year"] = report.year;
  out["mode"] = base::mode_word(report.rehearsal);
  out["draft"] = report.draft;
  if (!report.service.empty()) out["service"] = report.service;
  out["provider"] = {{"name", report.provider.name},
                     {"establishment", report.provider.establishment},
                     {"contact", report.provider.contact},
                     {"supervisory_authority", report.provider.supervisory_authority}};
  out["instrument"] = report.instrument;
  out["periods"] = json::OrderedJson::array();
  for (const law::Window& period : report.periods) {
    out["periods"].push_back(
        {{"from", base::to_string(period.from)}, {"to", base::to_string(period.to)}});
  }
  out["ledger"] = {{"origin", report.checkpoint.origin},
                   {"size", report.checkpoint.size},
                   {"root", base::to_hex(report.checkpoint.root)}};
  out["notes"] = report.notes;
  out["rows"] = json::OrderedJson::array();
  for (const Figure& figure : report.figures) {
    json::OrderedJson row;
    row["id"] = figure.row.id;
    row["category"] = figure.row.category();
    if (!figure.row.group.empty()) row["group"] = figure.row.group;
    row["label"] = figure.row.label;
    if (figure.row.optional) row["optional"] = true;
    row["value"] = json::OrderedJson(figure.value);
    if (!figure.unit.empty()) row["unit"] = figure.unit;
    row["source"] = figure.source;
    if (!figure.query.empty()) row["query"] = figure.query;
    if (!figure.note.empty()) row["note"] = figure.note;
    if (!figure.by_technology.empty()) {
      row["by_technology"] = json::OrderedJson::array();
      for (const auto& [name, value] : figure.by_technology) {
        row["by_technology"].push_back({{"technology", name}, {"value", json::OrderedJson(value)}});
      }
    }
    out["rows"].push_back(std::move(row));
  }
  return out;
}

std::string to_csv(const AnnualReport& report) {
  std::string out =
      "mark,year,service,id,category,group,label,technology,value,unit,source,query,note\r\n";
  const std::string mark = report.rehearsal ? "REHEARSAL" : "";
  const auto line = [&](const Figure& figure, const std::string& technology,
                        const json::Json& value) {
    const std::string cells[] = {mark,
                                 std::to_string(report.year),
                                 report.service,
                                 figure.row.id,
                                 std::to_string(figure.row.category()),
                                 figure.row.group,
                                 figure.row.label,
                                 technology,
                                 plain(value),
                                 figure.unit,
                                 figure.source,
                                 figure.query,
                                 figure.note};
    std::string text;
    for (const std::string& cell : cells)
      text += (text.empty() && &cell == &cells[0] ? "" : ",") + csv_cell(cell);
    out += text + "\r\n";
  };
  for (const Figure& figure : report.figures) {
    line(figure, "", figure.value);
    for (const auto& [name, value] : figure.by_technology) line(figure, name, value);
  }
  return out;
}

std::string to_markdown(const AnnualReport& report) {
  std::string out = fmt::format("# {}\n\n", markdown_cell(title(report)));
  for (const auto& [name, value] : header(report))
    out += fmt::format("- {}: {}\n", name, markdown_cell(value));
  for (const std::string& each : report.notes)
    out += fmt::format("- note: {}\n", markdown_cell(each));
  for (const Category& category : report.form.categories) {
    out += fmt::format("\n## {}. {}\n\n| row | | value | query |\n|---|---|---|---|\n",
                       category.number, category.title);
    for (const Figure& figure : report.figures) {
      if (figure.row.category() != category.number) continue;
      std::string value = value_text(figure);
      if (!note(figure).empty()) value += "; " + note(figure);
      out += fmt::format("| {} | {} | {} | {} |\n", figure.row.id, markdown_cell(label(figure)),
                         markdown_cell(value), markdown_cell(figure.query));
    }
  }
  return out;
}

std::string to_html(const AnnualReport& report) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{0}</title>\n"
      "<style>body{{font-family:sans-serif;max-width:70em;margin:auto}}table{{border-collapse:"
      "collapse;width:100%}}"
      "td,th{{border:1px solid "
      "#999;padding:.3em;text-align:left;vertical-align:top}}</style></head>\n<body>\n<h1>{0}</"
      "h1>\n<ul>\n",
      html_text(title(report)));
  for (const auto& [name, value] : header(report))
    out += fmt::format("<li>{}: {}</li>\n", name, html_text(value));
  for (const std::string& each : report.notes)
    out += fmt::format("<li>note: {}</li>\n", html_text(each));
  out += "</ul>\n";
  for (const Category& category : report.form.categories) {
    out += fmt::format(
        "<h2>{}. "
        "{}</h2>\n<table>\n<tr><th>row</th><th>what</th><th>value</th><th>query</th></tr>\n",
        category.number, html_text(category.title));
    for (const Figure& figure : report.figures) {
      if (figure.row.category() != category.number) continue;
      std::string value = value_text(figure);
      if (!note(figure).empty()) value += "; " + note(figure);
      out += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", figure.row.id,
                         html_text(label(figure)), html_text(value), html_text(figure.query));
    }
    out += "</table>\n";
  }
  return out + "</body>\n</html>\n";
}

}  // namespace proviso::report
