// The bytes of a small ledger, flipped or cut in turn: the same answers, or a refusal in words.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ledger/audit.h"
#include "ledger/audit_listing.h"
#include "ledger/open_counts.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::ledger;

namespace {

namespace fs = std::filesystem;

#ifdef __SANITIZE_THREAD__
constexpr std::size_t kStep = 17;  // it is that much slower
#else
constexpr std::size_t kStep = 1;
#endif

CountKey admitted() {
  CountKey key;
  key.side = CountSide::in;
  key.outcome = CountOutcome::admitted;
  return key;
}

// Entries, a document, and counts of a writer that died.
struct SmallLedger : LedgerFixture {
  fs::path whole = path.parent_path() / "whole";  // as it is undamaged
  std::string document;

  SmallLedger() {
    Ledger ledger = open();
    document = ledger.keep_document("a report");
    for (int i = 0; i < 4; ++i)
      ledger.append({"test.event", "test", "run-1", "", fmt::format(R"({{"value":{}}})", i)});
    OpenCounts counts;
    counts.tool = "scope-check";
    counts.run = "run-1";
    counts.writer = "writer";
    counts.since = 5;
    auto file = OpenCountsFile::create(path / "open", "writer", "run-1", ledger.mac_key());
    for (const std::uint64_t n : {3u, 7u}) {
      counts.counts[admitted()] = {n, 0};
      file.write(counts);
    }
    fs::rename(path, whole);
    restore();
  }
  void restore() const {
    fs::remove_all(path);
    fs::copy(whole, path, fs::copy_options::recursive);
  }

  // All that readers and an append say, as one text; or the refusal. Acknowledged entries must be
  // as they were after an append.
  std::string answers() const {
    try {
      std::string text;
      Ledger ledger = open();
      ledger.read(0, [&](const StoredEntry& entry) {
        text += entry.line + "\n";
        return true;
      });
      text += inclusion_text(ledger, 2) + consistency_text(ledger, 3, 0);
      text += fmt::format("{}\n", ledger.last()->event_id);
      text += ledger::document(ledger, document);
      return text;
    } catch (const base::Error& error) {
      return refusal(error);
    }
  }
  std::string balance_of_run() const {
    try {
      return to_text(balance(open(), "run-1"));
    } catch (const base::Error& error) {
      return refusal(error);
    }
  }
  // True if an append went on; what was acknowledged before is then still there, byte for byte.
  bool append_keeps(const std::string& lines) const {
    try {
      open().append({"test.event", "test", "", ""});
    } catch (const base::Error& error) {
      refusal(error);
      return false;
    }
    std::string text;
    Ledger::open_to_read(path, public_key()).read(0, [&](const StoredEntry& entry) {
      text += entry.line + "\n";
      return true;
    });
    CHECK(text.starts_with(lines));
    return true;
  }
  static std::string refusal(const base::Error& error) {
    CHECK((error.code() == base::ExitCode::check_failed || error.code() == base::ExitCode::data));
    CHECK(std::string(error.what()).find("ledger/") != std::string::npos);  // with the place
    return "refused";
  }
};

}  // namespace

TEST_CASE(
    "any byte of the ledger, flipped or cut: the same answer, or exit 1 or 65 with the place") {
  const SmallLedger f;
  const std::string answers = f.answers();
  const std::string balance = f.balance_of_run();
  REQUIRE(answers != "refused");
  REQUIRE(balance != "refused");
  const std::string lines = base::read_file(f.segment());
  std::map<std::string, std::set<std::string>> seen;  // file: what happened
  std::size_t tried = 0;
  for (const auto& each : fs::recursive_directory_iterator(f.whole)) {
    if (!each.is_regular_file() || each.file_size() == 0) continue;
    const fs::path name = fs::relative(each.path(), f.whole);
    const std::string good = base::read_file(each.path());
    const bool counts = name.parent_path() == "open";
    // Each byte of heads and of counts is tried in head_test.cc and counts_test.cc.
    const std::size_t step = counts ? 13 : name == "heads" ? 11 : kStep;
    for (std::size_t at = 0; at < good.size(); at += step) {
      if (good[at] == '\0' && at % 40'009 != 0) continue;  // padding
      for (const bool cut : {false, true}) {
        std::string bad = good;
        if (cut) {
          bad.resize(at);
        } else {
          bad[at] = static_cast<char>(bad[at] ^ 4);
        }
        base::replace_file(f.path / name, bad);
        CAPTURE(name.string());
        CAPTURE(at);
        CAPTURE(cut);
        const std::string found = counts ? f.balance_of_run() : f.answers();
        const bool same = found == (counts ? balance : answers);
        // The slot before the newer one is the older count: told as such by its run's balance.
        if (!counts) CHECK((same || found == "refused"));
        seen[name.string()].insert(same ? "same" : "refused");
        if (!counts && ++tried % 9 == 0) {
          f.append_keeps(lines);
          f.restore();
        }
        base::replace_file(f.path / name, good);
      }
    }
  }
  CHECK(seen.at("entries/0001.ndjson") == std::set<std::string>{"refused"});
  CHECK(seen.at("checkpoint") == std::set<std::string>{"same"});
  CHECK(seen.at("heads") == std::set<std::string>{"same"});
  CHECK(seen.at("hashes/0") == std::set<std::string>{"same"});
  CHECK(seen.at("documents/" + f.document) == std::set<std::string>{"refused"});
}
