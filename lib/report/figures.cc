#include "report/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "law/union.h"
#include "ledger/error_rate.h"

namespace proviso::report {

namespace {

const json::Json kNone = "n/a";

bool names(const std::vector<std::string>& list, const std::string& word) {
  return list.empty() || std::find(list.begin(), list.end(), word) != list.end();
}

bool is_error(const CaseFacts& facts) {
  return facts.material_class && facts.verdict &&
         ledger::is_error(*facts.material_class, *facts.verdict);
}

// The class that a row of the form asks for.
bool is_of(const std::optional<base::MaterialClass>& material, const Query& query) {
  return material && to_string(*material) == query.material_class;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, "|"));
}

// The decisions by which a case of that class counts as an error, the plainest one first.
std::string decisions_against(std::string_view material_class) {
  const auto flagged_as = ledger::parse<base::MaterialClass>(material_class);
  std::vector<std::string> words;
  for (auto row = ledger::kVerdicts.rbegin(); row != ledger::kVerdicts.rend(); ++row) {
    if (flagged_as && ledger::is_error(*flagged_as, row->value)) words.emplace_back(row->word);
  }
  return joined(words);
}

// Per cent with two digits.
double per_cent(std::uint64_t part, std::uint64_t whole) {
  return std::round(static_cast<double>(part) * 10'000.0 / static_cast<double>(whole)) / 100.0;
}

class Figures {
 public:
  Figures(const Tally& tally, const policy::Policy& policy) : tally_(tally), policy_(policy) {}

  Figure answer(const FormRow& row) const {
    Figure figure;
    figure.row = row;
    figure.value = kNone;
    figure.source = "ledger";
    compute(row.query, figure);
    const auto text = policy_.report_texts.find(row.id);
    if (text != policy_.report_texts.end()) {
      if (figure.answered()) {
        figure.note +=
            (figure.note.empty() ? "" : "; ") + text->second;  // a text never replaces a count
      } else {
        figure.value = text->second;
        figure.source = "policy";
        figure.query = "policy: report." + row.id;
        figure.note.clear();
      }
    }
    if (!figure.answered() && figure.note.empty()) {
      figure.note = row.reason.empty() ? "the policy has no report text for it" : row.reason;
    }
    if (!figure.answered() && row.query.kind == QueryKind::text) figure.source = "none";
    return figure;
  }

 private:
  using CaseTest = std::function<bool(const CaseFacts&)>;

  std::uint64_t count_cases(const CaseTest& test) const {
    std::uint64_t n = 0;
    for (const auto& [id, facts] : tally_.cases) n += test(facts) ? 1u : 0u;
    return n;
  }

  Sum sum_counts(
      const std::function<bool(const std::string& tool, const ledger::CountKey&)>& test) const {
    Sum sum;
    for (const auto& [key, each] : tally_.counts) {
      if (!test(key.first, key.second)) continue;
      sum.n += each.n;
      sum.bytes += each.bytes;
    }
    return sum;
  }

  std::string scope_words() const {
    std::string words = fmt::format(" in {}", tally_.year);
    if (!tally_.service.empty()) words += ", service=" + tally_.service;
    return words;
  }

  static std::string region_words(const Query& query) {
    if (!query.in_union) return {};
    return *query.in_union ? ", region in the Union" : ", region outside the Union";
  }

  bool region_fits(const Query& query, const std::string& region) const {
    // Items without a region are in neither half; row 1.12 has their number.
    return !query.in_union || (!region.empty() && law::is_in_union(region) == *query.in_union);
  }

  Sum processed(const Query& query) const {
    return sum_counts([&](const std::string&, const ledger::CountKey& key) {
      return key.side == ledger::CountSide::out &&
             (key.outcome == ledger::CountOutcome::erased ||
              key.outcome == ledger::CountOutcome::stored) &&
             names(query.kinds, key.kind) && region_fits(query, key.region);
    });
  }

  bool is_flagged(const Query& query, const CaseFacts& facts) const {
    return facts.stored && tally_.in_year(*facts.stored) && is_of(facts.material_class, query);
  }

  bool is_reported(const Query& query, const CaseFacts& facts) const {
    const auto& its = facts.reported_class ? facts.reported_class : facts.material_class;
    return facts.reported && tally_.in_year(*facts.reported) && is_of(its, query) &&
           names(query.kinds, facts.kind) && region_fits(query, facts.region);
  }

  // The figure over all technologies, and for each that flagged something.
  void by_technology(Figure& figure, const Query& query,
                     const std::function<json::Json(const CaseTest&)>& value) const {
    figure.value = value([](const CaseFacts&) { return true; });
    std::set<std::string> technologies;
    for (const auto& [id, facts] : tally_.cases) {
      if (is_flagged(query, facts)) technologies.insert(facts.technology);
    }
    for (const std::string& name : technologies) {
      figure.by_technology.emplace_back(
          name, value([&](const CaseFacts& facts) { return facts.technology == name; }));
    }
  }

  void compute_review(const Query& query, Figure& figure) const {
    const auto flagged = [&](const CaseTest& test) {
      return count_cases(
          [&](const CaseFacts& facts) { return is_flagged(query, facts) && test(facts); });
    };
    const auto errors = [&](const CaseTest& test) {
      return count_cases([&](const CaseFacts& facts) {
        return is_flagged(query, facts) && is_error(facts) && test(facts);
      });
    };
    const auto reviewed = [&](const CaseTest& test) {
      return count_cases([&](const CaseFacts& facts) {
        return is_flagged(query, facts) && facts.verdict && test(facts);
      });
    };
    const std::string a =
        fmt::format("case.stored{}, class={}", scope_words(), query.material_class);
    const std::string against = decisions_against(query.material_class);
    switch (query.kind) {
      case QueryKind::flagged:
        figure.query = "entries " + a;
        by_technology(figure, query,
                      [&](const CaseTest& test) { return json::Json(flagged(test)); });
        break;
      case QueryKind::errors:
        figure.query = fmt::format("entries {}, whose case.decided has decision={}", a, against);
        by_technology(figure, query,
                      [&](const CaseTest& test) { return json::Json(errors(test)); });
        break;
      case QueryKind::reviewed:
        figure.query = fmt::format("entries {}, with a case.decided", a);
        by_technology(figure, query,
                      [&](const CaseTest& test) { return json::Json(reviewed(test)); });
        break;
      case QueryKind::error_rate:
        figure.query = "100 * B / A";
        figure.unit = "%";
        by_technology(figure, query, [&](const CaseTest& test) {
          return flagged(test) == 0 ? kNone : json::Json(per_cent(errors(test), flagged(test)));
        });
        if (!figure.answered()) figure.note = "0 flagged";
        break;
      default: {  // review_findings
        const CaseTest all = [](const CaseFacts&) { return true; };
        const std::uint64_t seen = reviewed(all);
        figure.query = "100 * B / C";
        if (seen == 0) {
          figure.note = "0 reviewed";
        } else {
          figure.value = fmt::format(
              "of the {} reviewed, {:.2f} % were errors; {} of {} flagged were not reviewed", seen,
              per_cent(errors(all), seen), flagged(all) - seen, flagged(all));
        }
      }
    }
  }

  void compute_volumes(Figure& figure) const {
    using ledger::CountOutcome, ledger::CountSide;
    const auto outcome = [&](CountSide side, CountOutcome word) {
      return sum_counts([&](const std::string&, const ledger::CountKey& key) {
               return key.side == side && key.outcome == word;
             })
          .n;
    };
    const std::uint64_t nowhere = sum_counts([](const std::string&, const ledger::CountKey& key) {
                                    return key.side == CountSide::out && key.region.empty();
                                  }).n;
    figure.query = fmt::format("sum n of counts{}, by side and outcome", scope_words());
    figure.value = fmt::format(
        "refused before or after detection of the kind: {}; malformed: {}; not processed for an "
        "error: {}; content gone: {}; "
        "delivered again: {}; without a region: {}; let in and without an outcome: {}",
        outcome(CountSide::dropped, CountOutcome::refused),
        outcome(CountSide::dropped, CountOutcome::error),
        outcome(CountSide::out, CountOutcome::error),
        outcome(CountSide::out, CountOutcome::content_gone),
        outcome(CountSide::out, CountOutcome::replayed), nowhere, tally_.unaccounted());
    figure.note =
        "processed means: digested and looked up, hit or not; each leaf of a container counts";
  }

  void compute_organisations(const std::string& field, Figure& figure) const {
    std::map<std::string, std::uint64_t> others;
    std::uint64_t ncmec = 0, centre = 0;
    for (const auto& [id, facts] : tally_.cases) {
      if (!facts.reported || !tally_.in_year(*facts.reported)) continue;
      const policy::Organisation* organisation = policy_.organisation(facts.organisation);
      const std::string name = organisation != nullptr ? organisation->name : facts.organisation;
      if (facts.organisation == "ncmec" || name.find("NCMEC") != std::string::npos) {
        ++ncmec;
      } else if (facts.organisation == "eu-centre") {
        ++centre;
      } else {
        ++others[name];
      }
    }
    figure.query = fmt::format("organisation of case.reported{}", scope_words());
    if (field == "others") {
      std::vector<std::string> words;
      words.reserve(others.size());
      for (const auto& [name, n] : others) words.push_back(fmt::format("{} ({})", name, n));
      figure.value =
          words.empty() ? std::string("none") : fmt::format("{}", fmt::join(words, ", "));
    } else {
      const std::uint64_t n = field == "ncmec" ? ncmec : centre;
      figure.value = n == 0 ? std::string("no") : fmt::format("yes ({})", n);
    }
  }

  // Lists serve all services, so the figure is the same for each.
  void compute_list_checks(Figure& figure) const {
    figure.query = fmt::format("index.checked in {}, the last of them", tally_.year);
    if (!tally_.last_list_check) {
      figure.note = "no check of the lists was recorded";
      return;
    }
    const ledger::IndexChecked& counts = tally_.last_list_counts;
    std::string text =
        fmt::format("{} checks; the last on {}: {} lists, {} entries, {} lists not read",
                    tally_.list_checks, base::to_string(base::date_of(*tally_.last_list_check)),
                    counts.lists, counts.entries, counts.unread);
    for (const auto& [check, count] : counts.findings)
      text += fmt::format("; {}: {}", check, count);
    if (counts.findings.empty()) text += "; no findings";
    figure.value = text;
  }

  void compute_policy(const std::string& field, Figure& figure) const {
    figure.source = "policy";
    std::string text;
    if (field == "gdpr") {
      text = fmt::format("{}", fmt::join(policy_.gdpr_grounds, "; "));
      figure.query = "policy: grounds.gdpr";
    } else if (field == "transfers") {
      text = fmt::format("{}", fmt::join(policy_.transfer_grounds, "; "));
      figure.query = "policy: grounds.transfers";
    } else if (field == "retention-content") {
      text = fmt::format(
          "suspected {}, confirmed {} from identification, never beyond the ceiling of the law",
          base::to_string(policy_.retention_suspected),
          base::to_string(policy_.retention_confirmed));
      figure.query = "policy: retention";
    }
    if (text.empty()) {
      figure.note = "the policy names none";
    } else {
      figure.value = text;
    }
  }

  void compute(const Query& query, Figure& figure) const {
    switch (query.kind) {
      case QueryKind::text:
        return;
      case QueryKind::services: {
        figure.query = fmt::format("services of counts{}", scope_words());
        const std::vector<std::string> services(tally_.services.begin(), tally_.services.end());
        if (services.empty()) {
          figure.note = "no item was counted";
        } else {
          figure.value = fmt::format("{}", fmt::join(services, ", "));
        }
        return;
      }
      case QueryKind::any_content:
        figure.query = fmt::format("any counts{}, side=out, outcome=erased|stored", scope_words());
        figure.value = processed({}).n > 0 ? "yes" : "no";
        return;
      case QueryKind::processed:
        figure.query = fmt::format("sum n of counts{}, side=out, outcome=erased|stored, kind={}{}",
                                   scope_words(), joined(query.kinds), region_words(query));
        figure.value = processed(query).n;
        return;
      case QueryKind::processed_bytes:
        figure.query =
            fmt::format("sum bytes of counts{}, side=out, outcome=erased|stored, kind={}{}",
                        scope_words(), joined(query.kinds), region_words(query));
        figure.value = processed(query).bytes;
        figure.unit = "bytes";
        return;
      case QueryKind::other_volumes:
        return compute_volumes(figure);
      case QueryKind::reported:
      case QueryKind::reported_accounts: {
        const std::uint64_t n =
            count_cases([&](const CaseFacts& facts) { return is_reported(query, facts); });
        figure.query = fmt::format(
            "entries case.reported{}, class={}{}{}", scope_words(), query.material_class,
            query.kinds.empty() ? "" : ", kind=" + joined(query.kinds), region_words(query));
        if (query.kind == QueryKind::reported || n == 0) figure.value = n;
        return;
      }
      case QueryKind::flagged:
      case QueryKind::errors:
      case QueryKind::reviewed:
      case QueryKind::error_rate:
      case QueryKind::review_findings:
        return compute_review(query, figure);
      case QueryKind::list_checks:
        return compute_list_checks(figure);
      case QueryKind::organisations:
        return compute_organisations(query.field, figure);
      case QueryKind::policy:
        return compute_policy(query.field, figure);
    }
  }

  const Tally& tally_;
  const policy::Policy& policy_;
};

std::vector<law::Window> periods_of(const law::Resolved& law, int year) {
  const base::Date first{year, 1, 1}, last{year, 12, 31};
  std::vector<law::Window> periods;
  for (const law::Window& window : law.base().windows) {
    if (window.to < first || last < window.from) continue;
    periods.push_back({std::max(window.from, first), std::min(window.to, last)});
  }
  return periods;
}

std::vector<std::string> notes_of(const Tally& tally, const policy::Policy& policy) {
  std::vector<std::string> notes;
  notes.push_back(
      "A, B and C of category 6 are those of the items flagged in the year; B and C by decisions "
      "up to the checkpoint");
  if (tally.unaccounted() > 0) {
    notes.push_back(fmt::format(
        "{} items were let in and have no outcome: still under way, or lost between the stages",
        tally.unaccounted()));
  }
  if (tally.surplus() > 0) {
    notes.push_back(fmt::format(
        "{} outcomes are beyond what was let in: their lines went through twice", tally.surplus()));
  }
  if (tally.unclean_entries > 0) {
    notes.push_back(fmt::format("{} unclean stops: volumes may be high by at most {} items",
                                tally.unclean_entries, tally.unclean_bound));
  }
  std::uint64_t unregistered = 0;
  for (const auto& [id, facts] : tally.cases) {
    if (facts.reported && tally.in_year(*facts.reported) &&
        policy.organisation(facts.organisation) == nullptr)
      ++unregistered;
  }
  if (unregistered > 0)
    notes.push_back(fmt::format(
        "{} reports went to bodies that the registers no longer name (PL-02)", unregistered));
  return notes;
}

}  // namespace

AnnualReport make_annual(const Form& form, const ledger::Ledger& ledger,
                         const policy::Policy& policy, const law::Resolved& law, int year,
                         const std::string& service) {
  if (!service.empty() && policy.service(service) == nullptr) {
    throw base::Error(base::ExitCode::usage, fmt::format("the policy has no service '{}'", service),
                      "--service");
  }
  AnnualReport report;
  report.form = form;
  report.year = year;
  report.service = service;
  report.rehearsal = ledger.rehearsal();
  report.provider = policy.provider;
  report.instrument = law.base().id;
  report.periods = periods_of(law, year);
  report.checkpoint = ledger.checkpoint();
  const Tally counted = tally(ledger, year, service);
  report.notes = notes_of(counted, policy);
  const Figures figures(counted, policy);
  for (const FormRow& row : form.rows) report.figures.push_back(figures.answer(row));
  return report;
}

}  // namespace proviso::report
