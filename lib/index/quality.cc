#include "index/quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <tuple>

#include "crypto/random.h"

namespace proviso::index {
namespace {

constexpr std::size_t kMaxLabels = 1'000'000;
constexpr std::size_t kMaxLists = 65'535;

// One hash of one entry.
struct Seen {
  std::array<std::byte, 16> hash{};  // the first 16 bytes; of perceptual hashes those of their
                                     // SHA-256, because near hashes begin with the same bytes
  std::uint64_t line = 0;
  std::uint32_t label = 0;
  std::uint16_t list = 0;
  HashType type = HashType::md5;
};
static_assert(sizeof(Seen) <= 32);

bool same_hash(const Seen& a, const Seen& b) { return a.type == b.type && a.hash == b.hash; }
bool less_hash(const Seen& a, const Seen& b) {
  return std::tie(a.type, a.hash) < std::tie(b.type, b.hash);
}

std::string_view bytes_of_hash(const pdq::Hash& hash) {
  return base::as_text(std::as_bytes(std::span(hash.words)));
}

template <class Take>
void each_hash(const ListEntry& entry, Take take) {
  Seen one;
  one.line = entry.line;
  for (const ExactHash& hash : entry.exact) {
    one.type = hash.type;
    std::copy_n(hash.bytes.begin(), one.hash.size(), one.hash.begin());
    take(one);
  }
  const auto digested = [&](HashType type, std::string_view bytes) {
    one.type = type;
    const base::Sha256 digest = crypto::sha256(bytes);
    std::copy_n(digest.begin(), one.hash.size(), one.hash.begin());
    take(one);
  };
  if (entry.pdq) digested(HashType::pdq, bytes_of_hash(*entry.pdq));
  if (!entry.frames.empty()) {
    digested(HashType::vpdq, {reinterpret_cast<const char*>(entry.frames.data()),
                              entry.frames.size() * sizeof(pdq::Hash)});
  }
}

// Big-endian, as the lists write it.
std::array<std::byte, 32> pdq_bytes(const pdq::Hash& hash) {
  std::array<std::byte, 32> out{};
  base::from_hex_exact(pdq::to_hex(hash), out);
  return out;
}

bool is_known_good(const policy::List& list) {
  return list.made_for() == policy::ListPurpose::known_good;
}

// Collects findings by list, check and detail, with the lines of their examples.
class Findings {
 public:
  struct Made {
    std::uint64_t count = 0;
    std::vector<std::uint64_t> lines;
  };
  void add(std::size_t list, std::string_view check, std::string detail = {},
           std::uint64_t count = 1) {
    if (count > 0) made_[{list, std::string(check), std::move(detail)}].count += count;
  }
  void add_entry(std::size_t list, std::string_view check, std::uint64_t line,
                 std::string detail = {}) {
    Made& made = made_[{list, std::string(check), std::move(detail)}];
    ++made.count;
    if (made.lines.size() < kMaxExamples &&
        std::find(made.lines.begin(), made.lines.end(), line) == made.lines.end())
      made.lines.push_back(line);
  }
  using Key = std::tuple<std::size_t, std::string, std::string>;
  const std::map<Key, Made>& all() const { return made_; }

 private:
  std::map<Key, Made> made_;
};

class Checker {
 public:
  Checker(const policy::Policy& policy, const law::Resolved& law, const InUse& in_use)
      : policy_(policy), law_(law), in_use_(in_use) {}

  QualityReport check() {
    report_.at = base::now();
    if (policy_.lists.size() > kMaxLists)
      throw base::Error(base::ExitCode::data, fmt::format("more than {} lists", kMaxLists));
    report_.lists.resize(policy_.lists.size());
    for (std::size_t i = 0; i < policy_.lists.size(); ++i) {
      if (!is_known_good(policy_.lists[i])) read(i);
    }
    std::sort(seen_.begin(), seen_.end(), [](const Seen& a, const Seen& b) {
      return std::tie(a.type, a.hash, a.list, a.line) < std::tie(b.type, b.hash, b.list, b.line);
    });
    compare();
    for (std::size_t i = 0; i < policy_.lists.size(); ++i) {
      if (is_known_good(policy_.lists[i])) read(i);
    }
    name_examples();
    return std::move(report_);
  }

 private:
  struct Reading : ListSink {
    Checker& checker;
    std::size_t list;
    bool known_good;
    Reading(Checker& c, std::size_t n)
        : checker(c), list(n), known_good(is_known_good(c.policy_.lists[n])) {}
    void entry(const ListEntry& entry) override { checker.take(list, entry, known_good); }
    void rejected(const BadLine& bad) override {
      checker.findings_.add_entry(list, bad.empty_file ? "empty-file" : "malformed", bad.line);
    }
    void removed(const ListEntry& entry) override {
      checker.ask_in_use(list, entry, entry.id, "deleted by the list");
    }
  };

  void read(std::size_t n) {
    const policy::List& about = policy_.lists[n];
    ListQuality& quality = report_.lists[n];
    quality.name = about.name;
    quality.purpose = about.purpose;
    const std::size_t before = seen_.size();
    // The only place that catches it: a list that cannot be read is one finding among others.
    try {
      Reading reading(*this, n);
      quality.report = read_list(about, reading);
      quality.sha256 = quality.report.sha256;
      quality.read = true;
      findings_.add(n, "suspended", "suspended or withdrawn", quality.report.suspended);
      findings_.add(n, "suspended", "deleted by the list", quality.report.deleted);
      findings_.add(n, "withdrawals-unused", {}, quality.report.withdrawals_unused);
    } catch (const base::Error& error) {
      if (error.code() != base::ExitCode::config && error.code() != base::ExitCode::data &&
          error.code() != base::ExitCode::no_input)
        throw;
      if (too_many_) throw;
      seen_.resize(before);
      quality.hashes.clear();
      const std::string what = error.findings().front().what;
      if (what.find("SC-08") != std::string::npos) {
        const law::Refusal refusal = law_.refusal("SC-08", "");
        findings_.add(n, "purpose", fmt::format("{} ({})", refusal.rule, refusal.citation));
      } else {
        findings_.add(n, "unreadable", error.findings().front().where + ": " + what);
      }
    }
    check_edition(n);
  }

  // Where the list comes from, and how old it is.
  void check_edition(std::size_t n) {
    const policy::List& about = policy_.lists[n];
    const base::Date today = base::date_of(report_.at);
    if (about.source.empty()) findings_.add(n, "provenance", "no source");
    if (about.licence.empty()) findings_.add(n, "provenance", "no licence");
    if (about.verified_by.empty()) findings_.add(n, "provenance", "no verified_by");
    if (!about.date) {
      findings_.add(n, "provenance", "no date");
      return;
    }
    const std::int64_t days = base::days_between(*about.date, today);
    if (about.max_age && base::add(*about.date, *about.max_age) < today) {
      findings_.add(
          n, "stale",
          fmt::format("{} days old, {} at the most", days, base::to_string(*about.max_age)));
    }
    if (about.format == policy::ListFormat::threatexchange && days > kTombstoneDays) {
      findings_.add(n, "tombstones-lost",
                    fmt::format("{} days old: refetch whole, tombstones are gone", days));
    }
  }

  void take(std::size_t list, const ListEntry& entry, bool known_good) {
    auto& hashes = report_.lists[list].hashes;
    const std::uint32_t label = known_good ? 0 : number_of(entry.label);
    each_hash(entry, [&](Seen one) {
      ++hashes[std::string(to_string(one.type))];
      if (known_good) return look_up(list, one);
      if (seen_.size() == kMaxCheckedHashes) {
        too_many_ = true;
        throw base::Error(base::ExitCode::data,
                          fmt::format("more than {} hashes in all lists", kMaxCheckedHashes),
                          policy_.lists[list].path.string());
      }
      one.list = static_cast<std::uint16_t>(list);
      one.label = label;
      seen_.push_back(one);
    });
    if (entry.suspended) ask_in_use(list, entry, std::nullopt, "suspended or withdrawn");
    if (known_good) return;
    if (entry.id.empty()) findings_.add_entry(list, "no-id", entry.line);
    if (entry.label.empty()) findings_.add_entry(list, "no-label", entry.line);
    if (entry.negative > 0 && entry.negative >= entry.affirmative)
      findings_.add_entry(list, "feedback", entry.line);
  }

  std::uint32_t number_of(const std::string& label) {
    if (labels_.size() == kMaxLabels && labels_.count(label) == 0)
      return static_cast<std::uint32_t>(kMaxLabels);  // all others are one
    return labels_.try_emplace(label, static_cast<std::uint32_t>(labels_.size())).first->second;
  }

  // Looks a hash of a known-good list up among those against abuse.
  void look_up(std::size_t good, const Seen& one) {
    for (auto at = std::lower_bound(seen_.begin(), seen_.end(), one, less_hash);
         at != seen_.end() && same_hash(*at, one); ++at) {
      findings_.add_entry(at->list, "known-good", at->line, "in list " + policy_.lists[good].name);
    }
  }

  // A suspended entry suspends equal ones, whatever their ids. A deleted entry may be there as
  // another entry, and a frame as one of another video.
  void ask_in_use(std::size_t list, const ListEntry& entry, const std::optional<std::string>& id,
                  const std::string& detail) {
    if (!in_use_) return;
    const std::string& name = policy_.lists[list].name;
    bool used = false;
    for (const ExactHash& hash : entry.exact)
      used |= in_use_(name, hash.type, std::span(hash.bytes).first(bytes_of(hash.type)), id);
    if (entry.pdq) used |= in_use_(name, HashType::pdq, pdq_bytes(*entry.pdq), id);
    for (const pdq::Hash& frame : entry.frames)
      used = used || in_use_(name, HashType::vpdq, pdq_bytes(frame), entry.id);
    if (used) findings_.add_entry(list, "in-use", entry.line, detail);
  }

  // Equal hashes are side by side now, by list and line.
  void compare() {
    for (std::size_t begin = 0; begin < seen_.size();) {
      std::size_t end = begin + 1;
      while (end < seen_.size() && same_hash(seen_[end], seen_[begin])) ++end;
      for (std::size_t i = begin + 1; i < end; ++i) {
        const Seen& here = seen_[i];
        const Seen& before = seen_[i - 1];
        if (here.list == before.list) {
          findings_.add_entry(here.list, "duplicate", here.line);
          if (here.label != before.label)
            findings_.add_entry(here.list, "label-conflict", here.line);
        } else if (here.label != before.label) {
          findings_.add_entry(here.list, "label-conflict-across", here.line,
                              "with list " + policy_.lists[before.list].name);
        }
      }
      begin = end;
    }
  }

  struct Naming : ListSink {
    std::map<std::uint64_t, std::string> names;  // of the lines asked for
    void entry(const ListEntry& each) override { name(each); }
    void removed(const ListEntry& each) override { name(each); }
    void rejected(const BadLine&) override {}
    void name(const ListEntry& each) {
      const auto found = names.find(each.line);
      if (found != names.end() && !each.id.empty()) found->second = each.id;
    }
  };

  void name_examples() {
    std::vector<Naming> naming(policy_.lists.size());
    for (const auto& [key, made] : findings_.all()) {
      for (const std::uint64_t line : made.lines)
        naming[std::get<0>(key)].names.try_emplace(line, fmt::format("line {}", line));
    }
    for (std::size_t i = 0; i < naming.size(); ++i) {
      if (!naming[i].names.empty() && report_.lists[i].read) read_list(policy_.lists[i], naming[i]);
    }
    for (const auto& [key, made] : findings_.all()) {
      const auto& [list, check, detail] = key;
      QualityFinding finding{policy_.lists[list].name, check, made.count, detail, {}};
      for (const std::uint64_t line : made.lines)
        finding.examples.push_back(naming[list].names.at(line));
      report_.findings.push_back(std::move(finding));
    }
    const auto rank = [](const QualityFinding& finding) {
      return std::find(kQualityChecks.begin(), kQualityChecks.end(), finding.check) -
             kQualityChecks.begin();
    };
    std::stable_sort(
        report_.findings.begin(), report_.findings.end(),
        [&](const QualityFinding& a, const QualityFinding& b) { return rank(a) < rank(b); });
  }

  const policy::Policy& policy_;
  const law::Resolved& law_;
  const InUse& in_use_;
  QualityReport report_;
  Findings findings_;
  std::vector<Seen> seen_;
  std::map<std::string, std::uint32_t> labels_;
  bool too_many_ = false;
};

}  // namespace

QualityReport check_lists(const policy::Policy& policy, const law::Resolved& law,
                          const InUse& in_use) {
  return Checker(policy, law, in_use).check();
}

}  // namespace proviso::index
