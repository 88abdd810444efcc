// Entries of writers that wait for the lock: appended by its holder, once, or by themselves.
#include "ledger/append_queue.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ledger/verification.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::ledger;

namespace {

namespace fs = std::filesystem;

Entry entry(const std::string& value) {
  return {"test.event", "test", "", "", fmt::format(R"({{"value":"{}"}})", value)};
}

// A writer that waits, as another process holds the lock.
struct Waiting : LedgerFixture {
  Ledger ledger = open();
  std::optional<base::FileLock> lock = base::FileLock::take(path / "lock", false);
  std::atomic<bool> returned = false;
  std::thread writer;

  Waiting() {
    REQUIRE(lock);
    writer = std::thread([this] {
      Ledger other = open();
      other.append(entry("waits"));
      returned = true;
    });
    while (all().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ~Waiting() {
    lock.reset();
    if (writer.joinable()) writer.join();
  }
  std::vector<QueuedWriter> all() const {
    return QueuedWriter::all(path, [this] { return ledger.mac_key(); });
  }
  fs::path file() const { return fs::directory_iterator(path / "queue")->path(); }
  bool returns_within(std::chrono::milliseconds wait) const {
    const auto end = std::chrono::steady_clock::now() + wait;
    while (!returned && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return returned;
  }
  void release() {
    lock.reset();
    writer.join();
  }
  // How often an entry of that value is in the log.
  int count(const std::string& value) const {
    int found = 0;
    open().read(0, [&](const StoredEntry& stored) {
      if (stored.line.find("\"" + value + "\"") != std::string::npos) ++found;
      return true;
    });
    return found;
  }
};

constexpr std::chrono::milliseconds kSoon{100};
constexpr std::chrono::milliseconds kAtLast{20'000};

}  // namespace

TEST_CASE("who waits has its entries in a file, until they are acknowledged") {
  Waiting f;
  const auto writers = f.all();
  REQUIRE(writers.size() == 1);
  REQUIRE(writers[0].entries().size() == 1);
  const Entry& queued = writers[0].entries()[0];
  CHECK(queued.members == R"({"value":"waits"})");
  CHECK(queued.event_id.size() == 32);  // made before, so that it can be appended only once
  CHECK(queued.id_since == 1);
  CHECK_FALSE(f.returns_within(kSoon));
  writers[0].acknowledge();
  CHECK(f.returns_within(kAtLast));
  CHECK(fs::is_empty(f.path / "queue"));
  f.release();
  CHECK(f.count("waits") == 0);  // the acknowledgement was ours to make, and we appended nothing
}

TEST_CASE("no file that was changed, removed or put back acknowledges anything") {
  Waiting f;
  const fs::path file = f.file();
  const std::string good = base::read_file(file);
  for (std::size_t at = 0; at < good.size(); ++at) {
    CAPTURE(at);
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    // In place, as the writer keeps its file open.
    const base::UniqueFd fd(::open(file.c_str(), O_WRONLY));
    REQUIRE(::pwrite(fd.get(), bad.data(), bad.size(), 0) == static_cast<ssize_t>(bad.size()));
    const auto found = f.all();
    const bool in_acknowledgement = at >= 8 && at < 40;
    CHECK(found.size() == (in_acknowledgement ? 1 : 0));
    CHECK_FALSE(f.returned);
    REQUIRE(::pwrite(fd.get(), good.data(), good.size(), 0) == static_cast<ssize_t>(good.size()));
  }
  fs::rename(file, file.string() + "0");
  CHECK(f.all().empty());
  fs::remove(file.string() + "0");
  CHECK_FALSE(f.returns_within(kSoon));
  f.release();
  CHECK(f.count("waits") == 1);
}

TEST_CASE("what the holder appended and did not acknowledge is not appended again") {
  Waiting f;
  const auto writers = f.all();
  REQUIRE(writers.size() == 1);
  Entry theirs = writers[0].entries()[0];
  f.lock.reset();  // the writer and this process: either may be first
  f.ledger.append(theirs);
  f.writer.join();
  CHECK(f.count("waits") == 1);
}

TEST_CASE("files of writers that died are removed, and nothing of them is appended") {
  LedgerFixture f;
  Ledger ledger = f.open();
  {
    Waiting waiting;
    fs::create_directory(f.path / "queue");
    fs::copy_file(waiting.file(), f.path / "queue" / waiting.file().filename());
  }
  base::replace_file(f.path / "queue/0123456789abcdef0123456789abcdef", "");
  ledger.append(entry("mine"));
  CHECK(ledger.checkpoint().size == 2);
  CHECK(fs::exists(
      f.path / "queue/0123456789abcdef0123456789abcdef"));  // about to be locked, for all we know
  fs::last_write_time(f.path / "queue/0123456789abcdef0123456789abcdef",
                      fs::file_time_type::clock::now() - std::chrono::minutes(5));
  ledger.append(entry("mine"));
  CHECK(fs::is_empty(f.path / "queue"));
}

TEST_CASE("several writers at once: each entry once") {
  LedgerFixture f;
  constexpr int kWriters = 4;
  constexpr int kEach = 60;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&f, writer] {
      Ledger ledger = f.open();
      for (int i = 0; i < kEach; ++i) ledger.append(entry(fmt::format("{}-{}", writer, i)));
    });
  }
  for (std::thread& writer : writers) writer.join();
  const Ledger ledger = f.open();
  CHECK(ledger.checkpoint().size == 1 + kWriters * kEach);
  CHECK(verify(ledger, f.public_key(), {}).findings.empty());
  std::map<std::string, int> seen;
  ledger.read(1, [&](const StoredEntry& stored) {
    ++seen[stored.line.substr(stored.line.find("\"value\""))];
    return true;
  });
  CHECK(seen.size() == kWriters * kEach);
}

TEST_CASE("a queue that cannot be written costs time and nothing else") {
  LedgerFixture f;
  base::replace_file(f.path / "queue", "in the way");
  auto lock = base::FileLock::take(f.path / "lock", false);
  std::thread writer([&f] { f.open().append(entry("waits")); });
  std::this_thread::sleep_for(kSoon);
  lock.reset();
  writer.join();
  CHECK(f.open().checkpoint().size == 2);
}

TEST_CASE("an id that is looked for far back is not the holder's work") {
  Waiting f;
  f.lock.reset();
  f.writer.join();
  std::vector<Entry> many(70'000, entry("many"));
  f.ledger.append(many);
  f.lock = base::FileLock::take(f.path / "lock", false);
  f.writer = std::thread([&f] {
    Entry old = entry("old");
    old.event_id = "old";
    old.id_since = 1;
    f.open().append(old);
  });
  while (f.all().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::thread holder([&f] {
    Ledger other = f.open();
    other.append(entry("holder"));
  });
  f.lock.reset();
  holder.join();
  f.writer.join();
  CHECK(f.count("old") == 1);
  CHECK(f.count("holder") == 1);
}

TEST_CASE("no folder is followed, and only a writer's files are removed from the queue") {
  LedgerFixture f;
  fs::create_directory_symlink(f.path / "entries", f.path / "queue");
  Ledger ledger = f.open();
  ledger.append(entry("mine"));
  CHECK(fs::exists(f.segment()));
  fs::remove(f.path / "queue");
  fs::create_directory(f.path / "queue");
  base::replace_file(f.path / "queue/precious", "precious");
  ledger.append(entry("mine"));
  CHECK(fs::exists(f.path / "queue/precious"));
  CHECK(ledger.checkpoint().size == 3);
}

TEST_CASE("what would fail fails with the writer that wants it, not with the holder") {
  LedgerFixture f;
  auto lock = base::FileLock::take(f.path / "lock", false);
  std::thread writer([&f] {
    Ledger ledger = f.open();
    CHECK_THROWS(ledger.append({"test.event", "test", "", "", "not JSON"}));
  });
  while (!fs::exists(f.path / "queue") || fs::is_empty(f.path / "queue"))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::thread holder([&f] { f.open().append(entry("mine")); });
  lock.reset();
  holder.join();
  writer.join();
  CHECK(f.open().checkpoint().size == 2);
}
