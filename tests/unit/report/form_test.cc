#include "report/form.h"

#include <doctest/doctest.h>

#include <map>

#include "base/error.h"

using namespace proviso;

TEST_CASE("the standard form has the rows of the Annex, by category") {
  const report::Form form = report::load_form(report::kStandardForm);
  std::map<int, int> rows;
  int optional = 0;
  for (const report::FormRow& row : form.rows) {
    ++rows[row.category()];
    optional += row.optional ? 1 : 0;
    CHECK_FALSE(row.label.empty());
  }
  const std::map<int, int> expected = {{1, 12}, {2, 1},  {3, 1},  {4, 15}, {5, 45},
                                       {6, 15}, {7, 42}, {8, 13}, {9, 3}};
  CHECK(rows == expected);
  CHECK(optional == 20);
}

TEST_CASE("a malformed form is refused with every place, an unknown one by name") {
  try {
    report::parse_form(
        "form: f\ntitle: t\ncategories: [{number: 1, title: x}]\nrows:\n  - {id: \"1.1\", label: "
        "a, query: {kind: guess}}\n"
        "  - {id: \"1.1\", label: b}\n  - {id: \"2.1\", label: c, colour: red}\n",
        "f.yaml");
    FAIL("accepted");
  } catch (const base::Error& error) {
    CHECK(error.findings().size() == 4);
    CHECK(std::string(error.what()).find("f.yaml:5:") != std::string::npos);
  }
  CHECK_THROWS_AS(report::load_form("impl-reg-1999-1"), base::Error);
}
