#include "ledger/facts.h"

#include <fmt/core.h>

#include <utility>

#include "base/mode.h"
#include "json/json.h"
#include "ledger/entry_json.h"
#include "ledger/events.h"

namespace proviso::ledger {

template <>
struct Member<ListSample> {
  static json::Json write(const ListSample& sample) {
    json::Json out{{"rate", sample.rate}, {"seed", sample.seed}};
    out["lists"] = sample.lists.empty() ? json::Json("all") : json::Json(sample.lists);
    return out;
  }
  static std::optional<ListSample> read(Value value) {
    const auto members = value_as<simdjson::dom::object>(value);
    if (!members) return std::nullopt;
    ListSample sample;
    MemberReader io(*members);
    io.always("rate", sample.rate);
    io.always("seed", sample.seed);
    std::string_view word;
    if (members->at_key("lists").get(word) != simdjson::SUCCESS || word != "all")
      io.always("lists", sample.lists);
    return io.problem().empty() ? std::optional(std::move(sample)) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "rate, seed and lists were expected";
};

template <>
struct Member<base::Mode> {
  static json::Json write(base::Mode mode) { return to_string(mode); }
  static std::optional<base::Mode> read(Value value) {
    const auto word = value_as<std::string_view>(value);
    return word ? base::value_of(base::kModes, *word) : std::nullopt;
  }
  static constexpr std::string_view kExpected = "production or rehearsal was expected";
};

template <>
struct Table<IndexSection> {
  static void walk(auto& io, auto& section) {
    io.always("list", section.list);
    io.always("type", section.type);
    io.always("entries", section.entries);
  }
};

template <>
struct Table<Created> {
  static constexpr std::string_view kEvent = event::kCreated;
  static void walk(auto& io, auto& fact) {
    io.always("origin", fact.origin);
    io.optional("instrument", fact.instrument);
    base::Mode mode = base::mode_of(fact.rehearsal);
    io.always("mode", mode);
    if constexpr (!std::is_const_v<std::remove_reference_t<decltype(fact)>>)
      fact.rehearsal = mode == base::Mode::rehearsal;
  }
};

template <>
struct Table<Recovered> {
  static constexpr std::string_view kEvent = event::kRecovered;
  static void walk(auto& io, auto& fact) { io.always("bytes", fact.bytes); }
};

template <>
struct Table<SnapshotTaken> {
  static constexpr std::string_view kEvent = event::kSnapshot;
  static void walk(auto& io, auto& fact) {
    io.needed("size", fact.size);
    io.needed("version", fact.version);
    io.needed("sha256", fact.sha256);
    io.needed("bytes", fact.bytes);
  }
};

template <>
struct Table<KeyRotated> {
  static constexpr std::string_view kEvent = event::kKeyRotated;
  static void walk(auto& io, auto& fact) {
    io.needed("old_key", fact.old_key);
    io.needed("new_key", fact.new_key);
    io.needed("by_old", fact.by_old);
    io.needed("by_new", fact.by_new);
  }
};

template <>
struct Table<ClockCorrected> {
  static constexpr std::string_view kEvent = event::kClockCorrected;
  static void walk(auto& io, auto& fact) {
    io.needed("from", fact.from);
    io.needed("to", fact.to);
  }
};

template <>
struct Table<GateClosed> {
  static constexpr std::string_view kEvent = event::kGateClosed;
  static void walk(auto& io, auto& fact) { io.always("rules", fact.rules); }
};

template <>
struct Table<Attested> {
  static constexpr std::string_view kEvent = event::kAttested;
  static void walk(auto& io, auto& fact) {
    io.needed("rule", fact.rule);
    io.always("role", fact.role);
    io.always("person", fact.person);
    io.always("expires", fact.expires);
    io.always("evidence_sha256", fact.evidence_sha256);
  }
};

template <>
struct Table<Overseen> {
  static void walk(auto& io, auto& fact) {
    io.needed("technology", fact.technology);
    io.always("version", fact.version);
    io.always("person", fact.person);
    io.optional("at", fact.at);
    io.optional("reason", fact.reason);
    io.always("signature", fact.signature);
  }
};

template <>
struct Table<CountsOfRun> {
  static constexpr std::string_view kEvent = event::kCounts;
  static void walk(auto& io, auto& fact) {
    io.needed("hour", fact.hour);
    io.always("writer", fact.writer);
    io.always("part", fact.part);
    io.needed("counts", fact.rows);
    io.optional("unclean", fact.unclean);
  }
};

template <>
struct Table<ReportMade> {
  static constexpr std::string_view kEvent = event::kReportMade;
  static void walk(auto& io, auto& fact) {
    io.always("year", fact.year);
    io.always("form", fact.form);
    io.always("sha256", fact.sha256);
    io.optional("service", fact.service);
  }
};

template <>
struct Table<IndexLoaded> {
  static constexpr std::string_view kEvent = event::kIndexLoaded;
  static void walk(auto& io, auto& fact) {
    io.always("index", fact.index);
    io.always("sections", fact.sections);
    io.optional("sample", fact.sample);
  }
};

template <>
struct Table<IndexWithdrawn> {
  static constexpr std::string_view kEvent = event::kIndexWithdrawn;
  static void walk(auto& io, auto& fact) { io.always("list", fact.list); }
};

template <>
struct Table<IndexChecked> {
  static constexpr std::string_view kEvent = event::kIndexChecked;
  static void walk(auto& io, auto& fact) {
    io.always("lists", fact.lists);
    io.always("unread", fact.unread);
    io.always("entries", fact.entries);
    io.always("findings", fact.findings);
  }
};

template <>
struct Table<MatchExcluded> {
  static constexpr std::string_view kEvent = event::kMatchExcluded;
  static void walk(auto& io, auto& fact) {
    io.always("index", fact.index);
    io.always("known_good", fact.known_good);
    io.always("suspended", fact.suspended);
  }
};

template <>
struct Table<BreakerTripped> {
  static constexpr std::string_view kEvent = event::kBreaker;
  static void walk(auto& io, auto& fact) {
    io.always("index", fact.index);
    io.always("seen", fact.seen);
    io.always("hits", fact.hits);
    io.always("limit", fact.limit);
    io.always("withheld", fact.withheld);
  }
};

template <>
struct Table<LeafCount> {
  static void walk(auto& io, auto& leaf) {
    io.needed("n", leaf.n);
    io.always("kind", leaf.kind);
    io.optional("class", leaf.material_class);
  }
};

template <>
struct Table<ReviewerVerdict> {
  static void walk(auto& io, auto& one) {
    io.needed("reviewer", one.reviewer);
    io.needed("decision", one.verdict);
  }
};

template <>
struct Table<CaseStored> {
  static constexpr std::string_view kEvent = event::kCaseStored;
  static void walk(auto& io, auto& fact) {
    io.needed("case", fact.id);
    io.always("envelope_sha256", fact.envelope_sha256);
    io.always("blob_sha256", fact.blob_sha256);
    io.optional("evidence_sha256", fact.evidence_sha256);
    io.always("technology", fact.technology);
    io.always("list", fact.list);
    io.optional("class", fact.material_class);
    io.always("previously_identified", fact.previously_identified);
    io.always("kind", fact.kind);
    io.always("service", fact.service);
    io.always("region", fact.region);
    io.always("instrument", fact.instrument);
    io.optional("role", fact.role);
    io.optional("leaves", fact.leaves);
  }
};

template <>
struct Table<CaseAccessed> {
  static constexpr std::string_view kEvent = event::kCaseAccessed;
  static void walk(auto& io, auto& fact) {
    io.needed("case", fact.id);
    io.always("purpose", fact.purpose);
    io.always("role", fact.role);
    io.optional("person", fact.person);
  }
};

template <>
struct Table<CaseDecided> {
  static constexpr std::string_view kEvent = event::kCaseDecided;
  static void walk(auto& io, auto& fact) {
    io.needed("case", fact.id);
    io.needed("decision", fact.verdict);
    io.always("reviewer", fact.reviewer);
    io.optional("reviewers", fact.reviewers);
    io.optional("verdicts", fact.verdicts);
    io.always("technology", fact.technology);
    io.always("list", fact.list);
    io.optional("class", fact.material_class);
    io.always("previously_identified", fact.previously_identified);
    io.always("service", fact.service);
    io.always("region", fact.region);
    io.always("kind", fact.kind);
  }
};

template <>
struct Table<CaseReported> {
  static constexpr std::string_view kEvent = event::kCaseReported;
  static void walk(auto& io, auto& fact) {
    io.needed("case", fact.id);
    io.always("organisation", fact.organisation);
    io.always("package_sha256", fact.package_sha256);
    io.optional("class", fact.material_class);
    io.always("purpose", fact.purpose);
    io.optional("basis", fact.basis);
    io.optional("request_sha256", fact.request_sha256);
  }
};

template <>
struct Table<CasePurged> {
  static constexpr std::string_view kEvent = event::kCasePurged;
  static void walk(auto& io, auto& fact) {
    io.needed("case", fact.id);
    io.needed("reason", fact.reason);
    io.always("rule", fact.rule);
    io.always("state", fact.state);
  }
};

template <>
struct Table<PurgeRun> {
  static constexpr std::string_view kEvent = event::kPurgeRun;
  static void walk(auto& io, auto& fact) {
    io.always("cases", fact.cases);
    io.always("spool_files", fact.spool_files);
    io.always("orphan_blobs", fact.orphan_blobs);
    io.always("pending_rows", fact.pending_rows);
    io.always("kept", fact.kept);
    io.always("held_back", fact.held_back);
    io.always("policy", fact.policy);
  }
};

template <>
struct Table<ClockConfirmed> {
  static constexpr std::string_view kEvent = event::kClockConfirmed;
  static void walk(auto& io, auto& fact) { io.needed("clock", fact.clock); }
};

template <>
struct Table<KeptDocument> {
  static void walk(auto& io, auto& document) {
    io.needed("kind", document.kind);
    io.optional("name", document.name);
    io.needed("sha256", document.sha256);
  }
};

// The inputs are members of the entry itself, beside these.
template <>
struct Table<GateInputs> {
  static constexpr std::string_view kEvent = event::kGateInputs;
  static void walk(auto& io, auto& fact) {
    io.needed("gate", fact.gate);
    io.optional("documents", fact.documents);
  }
};

namespace {

// Above 1 alone: the first version has no member for it.
constexpr const char* kVersionMember = "v";

template <class Fact>
std::string_view event_name(const Fact&) {
  return Table<Fact>::kEvent;
}
std::string_view event_name(const Overseen& fact) { return event_of(fact.act); }

template <class Fact>
bool is_of(const StoredEntry& entry, Fact&) {
  return entry.event == Table<Fact>::kEvent;
}
bool is_of(const StoredEntry& entry, Overseen& fact) {
  for (const OversightAct act : {OversightAct::oversee, OversightAct::halt, OversightAct::resume}) {
    if (entry.event != event_of(act)) continue;
    fact.act = act;
    return true;
  }
  return false;
}

template <class Fact>
json::Json write(const Fact& fact) {
  MemberWriter io;
  Table<Fact>::walk(io, fact);
  return io.take();
}
json::Json write(const GateInputs& fact) {
  MemberWriter io;
  Table<GateInputs>::walk(io, fact);
  json::Json out = json::parse(fact.description, "inputs of the gate");
  out.update(io.take());
  return out;
}

template <class Fact>
void read_members(const StoredEntry&, MemberReader& io, Fact& fact) {
  Table<Fact>::walk(io, fact);
}
void read_members(const StoredEntry& entry, MemberReader& io, GateInputs& fact) {
  Table<GateInputs>::walk(io, fact);
  json::Json description = members_of(entry);
  for (const char* other : {"n", "time", "tool", "run", "event", "id", "gate", "documents"})
    description.erase(other);
  fact.description = description.dump();
}

[[noreturn]] void refuse(const StoredEntry& entry, std::string what, std::string hint = {}) {
  throw base::Error(base::ExitCode::data, std::move(what),
                    fmt::format("ledger entry {} ({})", entry.index, entry.event), std::move(hint));
}

}  // namespace

std::string_view event_of(OversightAct act) {
  switch (act) {
    case OversightAct::oversee:
      return event::kOverseen;
    case OversightAct::halt:
      return event::kHalted;
    case OversightAct::resume:
      return event::kResumed;
  }
  return event::kHalted;
}

template <class Fact>
Entry to_entry(const Fact& fact, std::string_view tool, std::string run, std::string event_id) {
  json::Json data = write(fact);
  constexpr int version = kVersion<Fact>;
  if (version > 1) data[kVersionMember] = version;
  return {std::string(event_name(fact)), std::string(tool), std::move(run), std::move(event_id),
          data.dump()};
}

template <class Fact>
std::optional<Fact> read(const StoredEntry& entry) {
  Fact fact;
  if (!is_of(entry, fact)) return std::nullopt;
  const bool is_object = with_members(entry.line, [&](simdjson::dom::object members) {
    MemberReader io(members);
    int version = 1;
    io.always(kVersionMember, version);
    if (!io.problem().empty()) refuse(entry, io.problem());
    if (version > kVersion<Fact>) {
      refuse(entry, fmt::format("is of version {}; {} was expected", version, kVersion<Fact>),
             "a newer Proviso wrote it: read this ledger with that one");
    }
    read_members(entry, io, fact);
    if (!io.problem().empty()) refuse(entry, io.problem());
  });
  if (!is_object) refuse(entry, "not a JSON object");
  return fact;
}

#define PROVISO_FACT(Fact)                                                          \
  template Entry to_entry(const Fact&, std::string_view, std::string, std::string); \
  template std::optional<Fact> read(const StoredEntry&)

PROVISO_FACT(Created);
PROVISO_FACT(Recovered);
PROVISO_FACT(SnapshotTaken);
PROVISO_FACT(KeyRotated);
PROVISO_FACT(ClockCorrected);
PROVISO_FACT(GateInputs);
PROVISO_FACT(GateClosed);
PROVISO_FACT(Attested);
PROVISO_FACT(Overseen);
PROVISO_FACT(CountsOfRun);
PROVISO_FACT(ReportMade);
PROVISO_FACT(IndexLoaded);
PROVISO_FACT(IndexWithdrawn);
PROVISO_FACT(IndexChecked);
PROVISO_FACT(MatchExcluded);
PROVISO_FACT(BreakerTripped);
PROVISO_FACT(CaseStored);
PROVISO_FACT(CaseAccessed);
PROVISO_FACT(CaseDecided);
PROVISO_FACT(CaseReported);
PROVISO_FACT(CasePurged);
PROVISO_FACT(PurgeRun);
PROVISO_FACT(ClockConfirmed);
#undef PROVISO_FACT

}  // namespace proviso::ledger
