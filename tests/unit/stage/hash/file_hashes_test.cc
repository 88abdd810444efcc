#include "stage/hash/file_hashes.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "base/stop.h"

using namespace proviso;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "file-hashes-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = fs::canonical(name);
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path file(const fs::path& name, std::string_view text = "abc") const {
    fs::create_directories((path / name).parent_path());
    base::write_new_file(path / name, text);
    return path / name;
  }
  fs::path path;
};

struct Told {
  base::ExitCode code = base::ExitCode::ok;
  std::vector<std::string> codes;  // of the files that failed
  std::string text;
};

stage::FileHashSettings digests_alone(stage::HashFormat format = stage::HashFormat::ndjson) {
  stage::FileHashSettings settings;
  settings.format = format;
  settings.wanted.decode_containers = false;
  return settings;
}

Told hash(std::vector<fs::path> named, stage::FileHashSettings settings) {
  const Folder out;
  const fs::path path = out.file("out", "");
  const base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  Told told;
  settings.on_error = [&](const fs::path&, const base::ItemError& error) {
    told.codes.push_back(error.code);
  };
  stage::FileWalk walk(std::move(named), std::nullopt, false);
  ndjson::StreamCounts counts;
  told.code = stage::hash_files(walk, settings, fd.get(), counts);
  told.text = base::read_file(path, 1u << 20);
  return told;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("a file in the spool is refused by whatever name, and nothing of it is told") {
  const Folder folder;
  const fs::path inside = folder.file("spool/deep/item");
  const fs::path beside = folder.file("spool-of-another/item");
  fs::create_symlink(inside, folder.path / "link");
  fs::create_directory_symlink(folder.path / "spool", folder.path / "other-spool");
  stage::FileHashSettings settings = digests_alone();
  settings.spool = folder.path / "other-spool";  // the policy may name it by a link
  for (const fs::path& name : {inside, folder.path / "link", folder.path / "other-spool/deep/item",
                               folder.path / "spool", folder.path / "spool/../spool/deep/item"}) {
    CAPTURE(name.string());
    const Told told = hash({name}, settings);
    CHECK(told.codes == Codes{"no_permission"});
    CHECK(told.code == base::ExitCode::records_failed);
    CHECK(told.text.find("sha256") == std::string::npos);
  }
  CHECK(hash({beside}, settings).codes.empty());
}

TEST_CASE("a directory that cannot be read is an error, and the others are hashed") {
  const Folder folder;
  static_cast<void>(folder.file("tree/a"));
  static_cast<void>(folder.file("tree/z"));
  // Longer than a path may be: made step by step, and taken away so.
  const std::string name(200, 'n');
  base::UniqueFd at = base::open_directory(folder.path / "tree");
  std::vector<base::UniqueFd> levels;
  for (int i = 0; i < 25; ++i) {
    REQUIRE(::mkdirat(at.get(), name.c_str(), 0700) == 0);
    base::UniqueFd next(::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(next);
    levels.push_back(std::move(at));
    at = std::move(next);
  }
  const Told told = hash({folder.path / "tree"}, digests_alone());
  for (; !levels.empty(); levels.pop_back())
    REQUIRE(::unlinkat(levels.back().get(), name.c_str(), AT_REMOVEDIR) == 0);
  CHECK(told.codes == Codes{"content_unreadable"});
  CHECK(told.code == base::ExitCode::records_failed);
  CHECK(told.text.find("tree/z") != std::string::npos);
}

TEST_CASE("a list of names that cannot be read ends the run") {
  const Folder folder;
  stage::FileWalk walk({}, folder.path.string(),
                       false);  // a directory: it opens, and gives nothing
  CHECK_THROWS_AS(static_cast<void>(walk.next()), base::Error);
  CHECK_THROWS_AS(stage::FileWalk({}, (folder.path / "nowhere").string(), false), base::Error);
}

TEST_CASE(
    "under hashdeep a name with a line break is refused: it could forge another file's line") {
  const Folder folder;
  const fs::path name = folder.file("a\n3,forged,b");
  const Told told = hash({name, folder.file("c")}, digests_alone(stage::HashFormat::hashdeep));
  CHECK(told.codes == Codes{"unsupported"});
  CHECK(told.text.find("forged") == std::string::npos);
  CHECK(told.text.find("/c\n") != std::string::npos);
  CHECK(hash({name}, digests_alone(stage::HashFormat::csv)).codes.empty());
}

TEST_CASE("a reader that goes away ends the run quietly") {
  const Folder folder;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  base::UniqueFd write_end(ends[1]);
  ::close(ends[0]);
  const auto before = std::signal(SIGPIPE, SIG_IGN);  // as every tool does
  stage::FileWalk walk({folder.file("a"), folder.file("b")}, std::nullopt, false);
  ndjson::StreamCounts counts;
  CHECK(stage::hash_files(walk, digests_alone(), write_end.get(), counts) == base::ExitCode::ok);
  std::signal(SIGPIPE, before);
  CHECK(counts.records == 1);
}

TEST_CASE("a name that is long in coming holds no line back") {
  const Folder folder;
  const fs::path file = folder.file("a"), names = folder.path / "names";
  REQUIRE(::mkfifo(names.c_str(), 0600) == 0);
  int pipe[2];
  REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
  const base::UniqueFd out(pipe[0]);
  base::UniqueFd in(pipe[1]);
  stage::FileHashSettings settings = digests_alone();
  settings.jobs = 3;
  const std::jthread run([&] {
    stage::FileWalk walk({}, names.string(), false);
    ndjson::StreamCounts counts;
    stage::hash_files(walk, settings, in.get(), counts);
  });
  base::UniqueFd writer(::open(names.c_str(), O_WRONLY | O_CLOEXEC));
  base::write_all(writer.get(), file.string() + "\n", "names");
  pollfd wait{out.get(), POLLIN, 0};
  CHECK(::poll(&wait, 1, 20'000) == 1);
  writer.reset();  // the end of the names
}

TEST_CASE("a list that a signal cuts short is told not to be whole") {
  const Folder folder;
  base::stop_requested = true;
  int code = 0;
  try {
    hash({folder.file("a")}, digests_alone());
  } catch (const base::Error& error) {
    code = static_cast<int>(error.code());
  }
  base::stop_requested = false;
  CHECK(code == static_cast<int>(base::ExitCode::temp_fail));
}
