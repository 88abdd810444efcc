// ledger_bench FOLDER ENTRIES: what a ledger of so many entries costs, as rows of a Markdown table,
// beside named peers in one run. FOLDER must be on the disk that is to be measured; a ledger made
// there before is used again. For tests/bench/ledger.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/file.h"
#include "crypto/random.h"
#include "ledger/audit_listing.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"
#include "ledger/summary.h"
#include "ledger/verification.h"
#include "sqlite/database.h"

namespace {

using namespace proviso;
namespace fs = std::filesystem;

constexpr int kRounds = 7;
constexpr std::size_t kMemberBytes = 400;  // of an entry: about 530 bytes a line
constexpr std::uint64_t kLive = 10'000;    // cases at a time

double wall() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
double cpu() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

ledger::Entry entry() {
  return {"test.event", "bench", "", "",
          fmt::format(R"({{"value":"{}"}})", crypto::random_hex(kMemberBytes / 2))};
}

// The lives of cases, one after the other: each is stored, looked at, decided, reported, and purged
// when it is the oldest of kLive.
class Lives {
 public:
  // As far as a ledger of that size has got.
  explicit Lives(std::uint64_t size) : next_(size) {}

  ledger::Entry next() {
    const std::uint64_t number = next_ / 5;
    const base::CaseId id = id_of(number);
    switch (next_++ % 5) {
      case 0: {
        ledger::CaseStored fact;
        fact.id = id;
        fact.technology = "known-pdq";
        fact.list = "known";
        fact.envelope_sha256 = fact.blob_sha256 = fact.evidence_sha256 = crypto::random_hex(32);
        fact.kind = "image";
        fact.service = "chat";
        fact.region = "DE";
        fact.instrument = "reg-2026-1881";
        fact.material_class = base::MaterialClass::known;
        fact.leaves = {{"image", base::MaterialClass::known, 1}};
        return to_entry(fact, "retain");
      }
      case 1:
        return to_entry(ledger::CaseAccessed{id, "review", "review", 1}, "review");
      case 2: {
        ledger::CaseDecided fact;
        fact.id = id;
        fact.verdict = number % 50 == 0 ? ledger::Verdict::reject : ledger::Verdict::confirm;
        fact.technology = "known-pdq";
        fact.list = "known";
        fact.verdicts = {{1, fact.verdict}};
        fact.service = "chat";
        fact.region = "DE";
        fact.kind = "image";
        return to_entry(fact, "review");
      }
      case 3: {
        ledger::CaseReported fact;
        fact.id = id;
        fact.organisation = "example-hotline";
        fact.package_sha256 = crypto::random_hex(32);
        fact.purpose = "reporting";
        return to_entry(fact, "report");
      }
      default: {
        if (number < kLive) return entry();
        ledger::CasePurged fact;
        fact.id = id_of(number - kLive);
        fact.rule = "ST-01";
        fact.state = ledger::CaseState::reported;
        return to_entry(fact, "purge");
      }
    }
  }
  static base::CaseId id_of(std::uint64_t number) { return {fmt::format("{:032x}", number)}; }

 private:
  std::uint64_t next_;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double median_of(const std::function<double()>& measure) {
  std::vector<double> values;
  for (int i = 0; i < kRounds; ++i) values.push_back(measure());
  return median(values);
}

double seconds_of(double (*clock)(), const std::function<void()>& work) {
  const double start = clock();
  work();
  return clock() - start;
}

struct Place {
  fs::path directory;
  std::shared_ptr<const crypto::PrivateKey> key;
  ledger::Ledger open() const { return ledger::Ledger::open_to_append(directory, key, true); }
};

// A ledger of at least `entries`, whose key is beside it.
Place made(const fs::path& folder, std::uint64_t entries) {
  fs::create_directories(folder);
  const fs::path key_file = folder / fmt::format("{}.pem", entries);
  const fs::path directory = folder / fmt::format("{}", entries);
  if (!fs::exists(directory)) {
    const auto key = crypto::PrivateKey::generate_ed25519();
    const base::SecretBytes pem = key.to_pem();
    base::write_file_atomically(key_file, base::as_text(pem.span()), 0600);
    ledger::Ledger::create(directory, {"proviso/bench/rehearsal", true}, key, "reg-2026-1881");
  }
  Place place{directory, std::make_shared<const crypto::PrivateKey>(
                             crypto::PrivateKey::open(key_file.string()))};
  ledger::Ledger ledger = place.open();
  for (std::uint64_t size = ledger.checkpoint().size; size < entries;
       size = ledger.checkpoint().size) {
    Lives lives(size);
    std::vector<ledger::Entry> group;
    while (group.size() < std::min<std::uint64_t>(1024, entries - size))
      group.push_back(lives.next());
    ledger.append(group);
  }
  return place;
}

// Appends a second of `writers` processes together, each one entry at a time.
double appends(const Place& place, int writers, double seconds) {
  const std::uint64_t before = place.open().checkpoint().size;
  const double start = wall();
  for (int i = 0; i < writers; ++i) {
    if (::fork() != 0) continue;
    ledger::Ledger ledger = place.open();
    while (wall() < start + seconds) ledger.append(entry());
    ::_exit(0);
  }
  while (::wait(nullptr) > 0) {
  }
  return static_cast<double>(place.open().checkpoint().size - before) / (wall() - start);
}

// What an append cannot do without: a line and a head, each made durable.
double plain_loop(const fs::path& folder, double seconds) {
  const base::UniqueFd lines(
      ::open((folder / "plain").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
  const base::UniqueFd head(::open((folder / "head").c_str(), O_WRONLY | O_CREAT, 0600));
  const std::string line(530, 'x');
  const std::string slot(4096, 'x');
  const double start = wall();
  std::size_t count = 0;
  for (; wall() < start + seconds; ++count) {
    base::write_all(lines.get(), line, "plain");
    if (::fdatasync(lines.get()) != 0 || ::pwrite(head.get(), slot.data(), slot.size(), 0) < 0 ||
        ::fdatasync(head.get()) != 0) {
      std::abort();
    }
  }
  return static_cast<double>(count) / (wall() - start);
}

// Transactions a second of `writers` processes, each a row at a time: WAL, synchronous=FULL.
double sqlite_appends(const fs::path& folder, int writers, double seconds) {
  const fs::path file = folder / "peer.db";
  if (!fs::exists(file)) {
    sqlite::Database database(file, sqlite::Database::Mode::create);
    database.run("CREATE TABLE entries(n INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT)");
  }
  const auto rows = [&] {
    sqlite::Database database(file, sqlite::Database::Mode::read_write);
    sqlite::Statement select(database, "SELECT count(*) FROM entries");
    select.step();
    return select.integer(0);
  };
  const std::int64_t before = rows();
  const double start = wall();
  for (int i = 0; i < writers; ++i) {
    if (::fork() != 0) continue;
    sqlite::Database database(file, sqlite::Database::Mode::read_write);
    sqlite::Statement insert(database, "INSERT INTO entries(line) VALUES(?)");
    while (wall() < start + seconds) insert.bind(1, std::string(530, 'x')).run();
    ::_exit(0);
  }
  while (::wait(nullptr) > 0) {
  }
  return static_cast<double>(rows() - before) / (wall() - start);
}

void print(const std::string& what, const std::string& ours, const std::string& peer,
           const std::string& ratio) {
  fmt::print("| {} | {} | {} | {} |\n", what, ours, peer, ratio);
  std::fflush(stdout);
}

// Rates of both, measured in turn, and the median of their ratios.
void compare(const std::string& what, const std::function<double()>& ours,
             const std::function<double()>& peer) {
  std::vector<double> a, b, ratios;
  for (int i = 0; i < kRounds; ++i) {
    a.push_back(ours());
    b.push_back(peer());
    ratios.push_back(a.back() / b.back());
  }
  print(what, fmt::format("{:.0f}/s", median(a)), fmt::format("{:.0f}/s", median(b)),
        fmt::format("{:.2f}", median(ratios)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  const fs::path folder = argv[1];
  const std::uint64_t entries = std::strtoull(argv[2], nullptr, 10);
  const Place big = made(folder, entries);
  const Place small = made(folder, 1);
  {
    const ledger::Ledger ledger = big.open();
    const auto snapshot = ledger::Snapshot::newest(*ledger.entries());
    const std::uint64_t size = ledger.checkpoint().size;
    print("entries, of these behind the newest snapshot, and live cases",
          fmt::format("{}, {}, {}", size, size - (snapshot ? snapshot->head().size : 0),
                      snapshot ? snapshot->head().cases : 0),
          "", "");
  }
  const auto costs = [&](const std::string& what, const std::function<void(const Place&)>& work) {
    const auto milliseconds = [&](const Place& place) {
      return 1000 * median_of([&] { return seconds_of(cpu, [&] { work(place); }); });
    };
    const double here = milliseconds(big);
    const double there = milliseconds(small);
    print(fmt::format("{}, {} entries beside 1: CPU", what, entries),
          fmt::format("{:.2f} ms", here), fmt::format("{:.2f} ms", there),
          fmt::format("{:+.2f} ms", here - there));
  };
  costs("open and last entry", [](const Place& place) { place.open().last(); });
  costs("start of a stage: what all entries come to",
        [](const Place& place) { ledger::Summary().advance(*place.open().entries()); });
  costs("what was stored of a case, as review asks", [&](const Place& place) {
    const ledger::Ledger ledger = place.open();
    ledger::Summary summary;
    summary.advance(*ledger.entries());
    const auto at = summary.stored_at(Lives::id_of(entries / 5 - kLive / 2));
    if (at) ledger.read(*at, [](const ledger::StoredEntry&) { return false; });
  });
  costs("prove one entry", [](const Place& place) {
    const ledger::Ledger ledger = place.open();
    ledger::inclusion_text(ledger, ledger.checkpoint().size / 2);
  });
  costs("open and first append", [](const Place& place) {
    ledger::Entry named = entry();
    ledger::Ledger ledger = place.open();
    named.event_id = crypto::random_hex(16);
    named.id_since = ledger.checkpoint().size;
    ledger.append(named);
  });
  const double verify = median_of([&] {
    const ledger::Ledger ledger = big.open();
    const std::uint64_t size = ledger.checkpoint().size;
    return static_cast<double>(size) / seconds_of(wall, [&] {
             if (!ledger::verify(ledger, crypto::PublicKey::of(*big.key), {}).findings.empty())
               std::abort();
           });
  });
  print("audit verify, one thread", fmt::format("{:.0f} entries/s", verify), "", "");
  const double read = median_of([&] {
    const ledger::Ledger ledger = big.open();
    std::uint64_t seen = 0;
    const double seconds = seconds_of(
        wall, [&] { ledger.read(0, [&](const ledger::StoredEntry&) { return ++seen > 0; }); });
    return static_cast<double>(seen) / seconds;
  });
  print("read every entry, one thread", fmt::format("{:.0f} entries/s", read), "", "");
  compare(
      "appends one at a time beside a loop of two fdatasync", [&] { return appends(big, 1, 1); },
      [&] { return plain_loop(folder, 1); });
  compare(
      "appends one at a time beside SQLite", [&] { return appends(big, 1, 1); },
      [&] { return sqlite_appends(folder, 1, 1); });
  compare(
      "appends of four processes beside SQLite", [&] { return appends(big, 4, 1); },
      [&] { return sqlite_appends(folder, 4, 1); });
}
