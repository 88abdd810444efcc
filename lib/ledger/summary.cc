#include "ledger/summary.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "ledger/error_rate.h"
#include "ledger/events.h"
#include "ledger/line.h"

namespace proviso::ledger {
namespace {

// Days since 1970; a clock before that has days below zero.
std::int64_t day_of(base::Instant time) {
  constexpr std::int64_t kSecondsOfDay = 86'400;
  return (time.seconds - (time.seconds < 0 ? kSecondsOfDay - 1 : 0)) / kSecondsOfDay;
}

}  // namespace

bool Summary::advance(const VerifiedEntries& entries) {
  const std::uint64_t before = size_;
  if (size_ == 0 && start_ == Start::snapshot) {
    if (auto snapshot = Snapshot::newest(entries)) start_from(std::move(*snapshot));
  }
  size_ = entries.read(size_, [this](std::uint64_t index, std::string_view line) {
    const auto members = common_members(line);
    // A line that is no entry is refused as such.
    if (!members || takes(members->event)) take(entry_of(index, line));
    return true;
  });
  return size_ != before;
}

bool Summary::takes(std::string_view event) {
  return event == event::kOverseen || event == event::kHalted || event == event::kResumed ||
         event == event::kCaseStored || event == event::kCaseDecided ||
         event == event::kCasePurged || event == event::kClockCorrected ||
         event == event::kKeyRotated;
}

void Summary::start_from(Snapshot snapshot) {
  corrections_ = Corrections(snapshot.head().corrections);
  for (const SnapshotHead::Act& rotation : snapshot.head().rotations)
    rotations_.push_back(entry_of(rotation.n, rotation.line));
  for (const SnapshotHead::Technology& each : snapshot.head().technologies) {
    Technology& technology = technologies_[each.name];
    for (const SnapshotHead::Act& act : each.acts) {
      StoredEntry& entry = technology.acts.emplace_back(entry_of(act.n, act.line));
      entry.time = corrections_.time_of(entry.index, entry.time);
      const auto fact = read<Overseen>(entry);
      if (fact && fact->act == OversightAct::resume) ++technology.resumes;
    }
    for (const SnapshotHead::Day& day : each.days)
      technology.decisions[{day.day, day.resumes}] = {day.decisions, day.errors};
  }
  size_ = snapshot.head().size;
  begun_ = std::move(snapshot);
}

void Summary::take(const StoredEntry& entry) {
  if (const auto act = read<Overseen>(entry)) {
    take_act(*act, entry);
  } else if (const auto stored = read<CaseStored>(entry)) {
    take(*stored, entry.index);
  } else if (const auto decided = read<CaseDecided>(entry)) {
    take_decision(*decided, entry.time);
  } else if (const auto purged = read<CasePurged>(entry)) {
    take_purge(snapshot_key(purged->id));
  } else if (const auto corrected = read<ClockCorrected>(entry)) {
    take_correction(*corrected, entry.index);
  } else if (entry.event == event::kKeyRotated) {
    rotations_.push_back(entry);
  }
  size_ = entry.index + 1;
}

void Summary::take_act(const Overseen& act, const StoredEntry& entry) {
  Technology& technology = technologies_[act.technology];
  technology.acts.push_back(entry);
  if (act.act == OversightAct::resume) ++technology.resumes;
}

void Summary::take(const CaseStored& stored, std::uint64_t index) {
  const SnapshotKey key = snapshot_key(stored.id);
  SnapshotCase known = find(key).value_or(SnapshotCase{});
  if (!known.stored) known.stored = index;
  if (!known.decision) known.technology = stored.technology;
  technologies_[known.technology];
  cases_[key] = std::move(known);
  size_ = index + 1;
}

// A case counts once: what its earlier decision added is taken back.
void Summary::take_decision(const CaseDecided& decided, base::Instant time) {
  const SnapshotKey key = snapshot_key(decided.id);
  SnapshotCase known = find(key).value_or(SnapshotCase{});
  const bool is_nameless = decided.technology.empty();
  if (is_nameless && !known.stored && !known.decision) return;
  if (known.decision) {
    Decisions& earlier =
        technologies_[known.technology].decisions[{known.decision->day, known.decision->resumes}];
    --earlier.all;
    if (known.decision->error) --earlier.errors;
  }
  if (!is_nameless) known.technology = decided.technology;
  Technology& technology = technologies_[known.technology];
  const std::int64_t day = day_of(time);
  known.decision = {day, technology.resumes, is_error(decided.verdict)};
  Decisions& now = technology.decisions[{day, technology.resumes}];
  ++now.all;
  if (known.decision->error) ++now.errors;
  cases_[key] = std::move(known);
}

// What was written with a later time is now of the time of the correction.
void Summary::take_correction(const ClockCorrected& corrected, std::uint64_t index) {
  corrections_.add({index, corrected.to});
  const std::int64_t day = day_of(corrected.to);
  for (auto& [name, technology] : technologies_) {
    for (StoredEntry& act : technology.acts) act.time = std::min(act.time, corrected.to);
    std::map<Period, Decisions> decisions;
    for (const auto& [period, counted] : technology.decisions) {
      Decisions& sum = decisions[{std::min(period.day, day), period.resumes}];
      sum.all += counted.all;
      sum.errors += counted.errors;
    }
    technology.decisions = std::move(decisions);
  }
  const auto correct = [&](SnapshotCase& known) {
    const bool is_later = known.decision && known.decision->day > day;
    if (is_later) known.decision->day = day;
    return is_later;
  };
  for (auto& [key, known] : cases_) {
    if (known) correct(*known);
  }
  if (!begun_) return;
  begun_->cases([&](const SnapshotKey& key, const SnapshotCase& stored) {
    SnapshotCase known = stored;
    if (cases_.count(key) == 0 && correct(known)) cases_[key] = std::move(known);
  });
}

void Summary::rest_on(Snapshot snapshot) {
  begun_ = std::move(snapshot);
  cases_.clear();
}

void Summary::take_purge(const SnapshotKey& key) {
  if (begun_)
    cases_[key] = std::nullopt;
  else
    cases_.erase(key);
}

std::optional<SnapshotCase> Summary::find(const SnapshotKey& key) const {
  if (const auto since = cases_.find(key); since != cases_.end()) return since->second;
  return begun_ ? begun_->find(key) : std::nullopt;
}

const Summary::Technology* Summary::technology(std::string_view name) const {
  const auto found = technologies_.find(name);
  return found == technologies_.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> Summary::stored_at(const base::CaseId& id) const {
  const auto known = find(snapshot_key(id));
  return known ? known->stored : std::nullopt;
}

SnapshotFile Summary::snapshot(std::uint64_t size) const {
  SnapshotHead head;
  head.size = size;
  head.corrections = corrections_.all();
  for (const StoredEntry& each : rotations_) head.rotations.push_back({each.index, each.line});
  for (const auto& [name, technology] : technologies_) {
    SnapshotHead::Technology& each = head.technologies.emplace_back();
    each.name = name;
    for (const StoredEntry& act : technology.acts) each.acts.push_back({act.index, act.line});
    for (const auto& [period, decisions] : technology.decisions) {
      if (decisions.all != 0)
        each.days.push_back({period.day, period.resumes, decisions.all, decisions.errors});
    }
  }
  SnapshotWriter writer(std::move(head));
  std::vector<std::pair<SnapshotKey, const std::optional<SnapshotCase>*>> sorted;
  sorted.reserve(cases_.size());
  for (const auto& [key, known] : cases_) sorted.emplace_back(key, &known);
  std::sort(sorted.begin(), sorted.end());
  auto since = sorted.begin();
  const auto add_since = [&] {
    if (*since->second) writer.add(since->first, **since->second);
    ++since;
  };
  if (begun_) {
    begun_->cases([&](const SnapshotKey& key, const SnapshotCase& known) {
      while (since != sorted.end() && since->first < key) add_since();
      if (since != sorted.end() && since->first == key)
        add_since();
      else
        writer.add(key, known);
    });
  }
  while (since != sorted.end()) add_since();
  return writer.finish();
}

}  // namespace proviso::ledger
