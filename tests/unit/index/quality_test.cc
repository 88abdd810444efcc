#include "index/quality.h"

#include <doctest/doctest.h>

#include <set>

#include "list_reading.h"

using namespace proviso;
using namespace proviso::list_test;

namespace {

law::Resolved the_law() { return law::Resolved(law::load("reg-2026-1881"), {}, true); }

struct Clock {
  explicit Clock(std::string_view at) { base::set_clock(base::parse_instant(at)); }
  ~Clock() { base::set_clock(std::nullopt); }
};

policy::Policy with(std::vector<policy::List> lists) {
  policy::Policy policy;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    lists[i].name = std::string(1, static_cast<char>('a' + i));
    lists[i].licence = "terms";
    lists[i].verified_by = "somebody";
    if (!lists[i].date) lists[i].date = base::Date{2026, 11, 1};
  }
  policy.lists = std::move(lists);
  return policy;
}

// "list check count detail [examples]" of each finding, one a line.
std::string told(const index::QualityReport& report) {
  std::string out;
  for (const auto& finding : report.findings) {
    out += finding.list + " " + finding.check + " " + std::to_string(finding.count) + " " +
           finding.detail + " [";
    for (const std::string& example : finding.examples) out += example + ",";
    out += "]\n";
  }
  return out;
}

std::string row(const std::string& id, const std::string& md5, const std::string& label) {
  return id + "," + md5 + "," + label + "\n";
}

}  // namespace

TEST_CASE("duplicates and labels that contradict each other are found, within a list and across") {
  const Clock clock("2026-11-24T10:00:00Z");
  const Written one("one.csv", "id,md5,label\n" + row("x1", made_up_md5(1), "A1") +
                                   row("x2", made_up_md5(2), "A1") +
                                   row("x3", made_up_md5(1), "A2") +
                                   row("x4", made_up_md5(2), "A1"));
  const Written two("two.csv", "id,md5,label\n" + row("y1", made_up_md5(1), "A2") +
                                   row("y2", made_up_md5(2), "B1") + row("", made_up_md5(3), ""));
  const auto report = index::check_lists(with({one.list, two.list}), the_law());
  CHECK(told(report) ==
        "a duplicate 2  [x3,x4,]\na label-conflict 1  [x3,]\nb label-conflict-across 1 with list a "
        "[y2,]\n"
        "b no-id 1  [line 4,]\nb no-label 1  [line 4,]\n");
  CHECK(report.lists[0].hashes.at("md5") == 4);
}

TEST_CASE("a hash that a known-good list holds is a finding of the list against abuse") {
  const Clock clock("2026-11-24T10:00:00Z");
  const Written bad("one.csv", "id,md5,label\n" + row("x1", made_up_md5(1), "A1") +
                                   row("x2", made_up_md5(2), "A1"));
  const auto report =
      index::check_lists(with({known_good(fixture("NSRLFile.txt")), bad.list}), the_law());
  CHECK(told(report) == "b known-good 1 in list a [x1,]\na malformed 1  [line 3,]\n");
}

TEST_CASE("age, tombstones, provenance and feedback are findings") {
  const Clock clock("2026-11-24T10:00:00Z");
  policy::List updates = fixture("updates.json", "threatexchange");
  updates.date = base::Date{2026, 8, 1};
  updates.max_age = base::parse_period("P30D");
  policy::Policy policy = with({updates});
  policy.lists[0].licence.clear();
  const std::string first = told(index::check_lists(policy, the_law()));
  CHECK(holds(first, "a stale 1 115 days old, P30D at the most []"));
  CHECK(holds(first, "a tombstones-lost 1 115 days old: refetch whole, tombstones are gone []"));
  CHECK(holds(first, "a provenance 1 no licence []"));
  CHECK(holds(first, "a feedback 1  [t3,]"));
  CHECK(holds(first, "a suspended 2 deleted by the list []"));
  policy.lists[0].date = base::Date{2026, 10, 26};
  const std::string fresh = told(index::check_lists(policy, the_law()));
  CHECK_FALSE(holds(fresh, "stale"));
  CHECK_FALSE(holds(fresh, "tombstones"));
  policy.lists[0].date.reset();
  CHECK(holds(told(index::check_lists(policy, the_law())), "a provenance 1 no date []"));
}

TEST_CASE("withdrawn and deleted entries that the index still holds are in use") {
  const Clock clock("2026-11-24T10:00:00Z");
  policy::List records = fixture("records.ndjson");
  records.withdrawn = fixture("withdrawn.txt").path;
  std::set<std::string> asked;
  const index::InUse all = [&](const std::string& list, index::HashType type,
                               std::span<const std::byte> hash,
                               const std::optional<std::string>& id) {
    asked.insert(list + " " + std::string(index::to_string(type)) + " " + base::to_hex(hash) +
                 (id ? " of " + *id : ""));
    return true;
  };
  const auto report = index::check_lists(with({records, fixture("updates.json", "threatexchange")}),
                                         the_law(), all);
  CHECK(holds(told(report), "a in-use 3 suspended or withdrawn [n-1,b.mp4,n-4,]"));
  CHECK(holds(told(report), "b in-use 2 deleted by the list [t2,t2,]"));
  CHECK(holds(told(report), "a withdrawals-unused 1"));
  CHECK(asked.count("a md5 " + made_up_md5(1)) == 1);
  CHECK(asked.count("b md5 " + made_up_md5(2) + " of t2") == 1);
  std::set<std::string> videos;
  const index::InUse none = [&](const std::string&, index::HashType type,
                                std::span<const std::byte>, const std::optional<std::string>& id) {
    if (type == index::HashType::vpdq) videos.insert(id.value_or("whichever"));
    return false;
  };
  CHECK_FALSE(holds(told(index::check_lists(with({records}), the_law(), none)), "in-use"));
  CHECK(videos == std::set<std::string>{"b.mp4"});
}

TEST_CASE(
    "a list that cannot be read is one finding beside the others, with rule and citation when it "
    "is out of purpose") {
  const Clock clock("2026-11-24T10:00:00Z");
  policy::List terror = fixture("md5sums");
  terror.purpose = "terrorism";
  const auto report =
      index::check_lists(with({terror, fixture("absent.csv"), fixture("md5sums")}), the_law());
  CHECK(holds(told(report), "a purpose 1 SC-08 (Regulation (EU) 2026/1881 Art. 3(1)(a)(i)) []"));
  CHECK(holds(told(report), "b unreadable 1 "));
  CHECK(holds(told(report), "c empty-file 1  [line 5,]"));
  CHECK_FALSE(report.lists[0].read);
  CHECK(report.lists[2].read);
}

TEST_CASE("a line is one of the empty file by its digest, not by its words") {
  const Clock clock("2026-11-24T10:00:00Z");
  const Written one(
      "one.csv",
      "id,type,hash,label\nx1,empty file,00,A1\nx2,md5,d41d8cd98f00b204e9800998ecf8427e,A1\n");
  CHECK(told(index::check_lists(with({one.list}), the_law())) ==
        "a empty-file 1  [line 3,]\na malformed 1  [line 2,]\n");
}

TEST_CASE("neither report, table nor ledger entry holds a hash, and the ledger no id") {
  const Clock clock("2026-11-24T10:00:00Z");
  const Written one("one.csv", "id,md5,label\n" + row("x1", made_up_md5(1), "A1") +
                                   row("x\x1b[2J", made_up_md5(1), "A2"));
  const auto report = index::check_lists(with({one.list}), the_law());
  const std::string machine = index::to_json(report).dump(), people = index::to_text(report);
  const ledger::IndexChecked checked = index::checked_fact(report);
  for (const std::string& text : {machine, people, to_entry(checked, "index").members})
    CHECK_FALSE(holds(text, made_up_md5(1)));
  CHECK(holds(people, "duplicate"));
  CHECK(holds(people, "x?[2J"));
  CHECK_FALSE(holds(people, "\x1b"));
  CHECK(checked == ledger::IndexChecked{1, 0, 2, {{"duplicate", 1}, {"label-conflict", 1}}});
}
