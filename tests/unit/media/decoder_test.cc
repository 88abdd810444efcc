#include "media/decoder.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/file.h"
#include "media/grey_png.h"
#include "media/protocol.h"

using namespace proviso;

namespace {

const std::filesystem::path kWorker = PROVISO_EXEC_DIR "/decode-worker";

base::UniqueFd memory_file(std::string_view bytes) {
  base::UniqueFd fd(::memfd_create("test", MFD_CLOEXEC));
  base::write_all(fd.get(), bytes, "memfd");
  return fd;
}

constexpr int kWidth = 200, kHeight = 150;

// Edges in both directions.
std::vector<std::uint8_t> samples(int width = kWidth, int height = kHeight) {
  std::vector<std::uint8_t> grey;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x)
      grey.push_back(static_cast<std::uint8_t>((x / 20 * 37 + y / 15 * 59) % 256));
  }
  return grey;
}

std::string picture(int width = kWidth, int height = kHeight) {
  const auto grey = samples(width, height);
  const auto png = media::encode_grey_png(grey, static_cast<std::uint32_t>(width),
                                          static_cast<std::uint32_t>(height));
  return std::string(base::as_text(png));
}

base::Result<media::Findings> examined(media::Decoder& decoder, int fd) {
  media::Wanted wanted;
  wanted.pdq = true;
  decoder.begin(fd, base::ContentKind::image, wanted);
  return decoder.finish();
}

std::string code_of(media::Decoder& decoder, std::string_view bytes) {
  const base::UniqueFd fd = memory_file(bytes);
  const auto result = examined(decoder, fd.get());
  return result ? "ok" : result.error().code;
}

std::string bomb_header() {  // a PNG header that claims 50,000 by 50,000 pixels
  std::string png = picture();
  const char edge[4] = {0, 0, static_cast<char>(0xC3), 0x50};
  png.replace(16, 4, edge, 4);
  png.replace(20, 4, edge, 4);
  return png;
}

// Worker programs made for one test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "worker-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path script(const std::string& body) const {
    const auto path = path_ / "worker";
    std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  // The first time this program in its place, which says that it is ready, takes one request and
  // misbehaves; later the real one.
  std::filesystem::path worker(const std::string& how) const {
    const std::string flag = (path_ / "flag").string();
    const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    return script("if [ -e " + flag + " ]; then exec " + kWorker.string() + " \"$1\"; fi; : >" +
                  flag + "; exec " + self + " --fake-worker=" + how);
  }

 private:
  std::filesystem::path path_;
};

// This program as a false worker, before doctest begins: see Folder::worker.
const bool kNotAWorker = [] {
  std::ifstream in("/proc/self/cmdline");
  std::string program, how;
  std::getline(in, program, '\0');
  std::getline(in, how, '\0');
  if (!how.starts_with("--fake-worker=")) return true;
  const media::Ready ready{media::kReadyMagic};
  media::Request request{};
  static_cast<void>(::send(media::kWorkerSocket, &ready, sizeof ready, 0));
  static_cast<void>(::recv(media::kWorkerSocket, &request, sizeof request, 0));
  if (how.ends_with("=crash")) ::raise(SIGKILL);
  if (how.ends_with("=hang")) ::pause();
  media::Reply reply{};
  reply.magic = media::kReplyMagic;
  reply.bytes = how.ends_with("=overrun") ? media::kSharedBytes + 1 : 64;  // of zeros: no findings
  static_cast<void>(::send(media::kWorkerSocket, &reply, sizeof reply, 0));
  ::_exit(0);
}();

}  // namespace

TEST_CASE("a picture is hashed in the worker as its luma plane is here") {
  media::Decoder decoder({}, kWorker);
  const base::UniqueFd fd = memory_file(picture());
  const auto found = examined(decoder, fd.get());
  REQUIRE(found);
  REQUIRE(found->leaves.size() == 1);
  const media::Leaf& leaf = found->leaves.front();
  CHECK_FALSE(found->container);
  CHECK(leaf.kind == base::ContentKind::image);
  CHECK(leaf.by.find("libspng") == 0);
  CHECK_FALSE(leaf.frames);
  REQUIRE(leaf.picture);
  CHECK(leaf.picture->width == kWidth);
  CHECK(leaf.picture->height == kHeight);
  const auto grey = samples();
  CHECK(leaf.picture->pdq.hash == pdq::hash({grey.data(), kWidth, kHeight, kWidth}).hash);
}

TEST_CASE("hostile files cost one error each, and the next one is read") {
  media::Decoder decoder({}, kWorker);
  const std::string png = picture();
  CHECK(code_of(decoder, png.substr(0, png.size() / 2)) == "decode_failed");
  CHECK(code_of(decoder, bomb_header()) != "ok");
  CHECK(code_of(decoder, "\xFF\xD8\xFF garbage") == "decode_failed");
  CHECK(code_of(decoder, "GIF89a\x05.\x05.....") != "ok");
  CHECK(code_of(decoder, "") == "unsupported");
  for (std::size_t cut = 8; cut < 120; cut += 7)
    CHECK(code_of(decoder, png.substr(0, cut)) != "ok");
  CHECK(code_of(decoder, png) == "ok");
}

TEST_CASE("limits hold before anything is allocated") {
  media::Limits small;
  small.max_pixels = 200 * 150 - 1;
  media::Decoder pixels(small, kWorker);
  CHECK(code_of(pixels, picture()) == "too_large");
  media::Limits few;
  few.max_bytes = 100;
  media::Decoder bytes(few, kWorker);
  CHECK(code_of(bytes, picture()) == "too_large");
  media::Limits held;
  held.max_picture_bytes = 100;
  media::Decoder pictures(held, kWorker);
  CHECK(code_of(pictures, picture()) == "too_large");
}

TEST_CASE("a worker that dies on a file is one error, and the next file is read") {
  const Folder folder;
  media::Decoder decoder({}, folder.worker("crash"));
  CHECK(code_of(decoder, picture()) == "crashed");
  CHECK(code_of(decoder, picture()) == "ok");
}

TEST_CASE("a worker that never answers is a timeout, and the next file is read") {
  const Folder folder;
  media::Limits quick;
  quick.deadline_ms = 1500;
  media::Decoder decoder(quick, folder.worker("hang"));
  CHECK(code_of(decoder, picture()) == "timeout");
  CHECK(code_of(decoder, picture()) == "ok");
}

TEST_CASE("a worker that lies is not believed") {
  for (const char* const how : {"lie", "overrun"}) {
    const Folder folder;
    media::Decoder decoder({}, folder.worker(how));
    CHECK(code_of(decoder, picture()) == "crashed");
    CHECK(code_of(decoder, picture()) == "ok");
  }
}

TEST_CASE("a worker that cannot be confined, or started, ends the run: no item is lost for it") {
  const Folder folder;
  media::Decoder refused({}, folder.script("exit 77"));
  media::Decoder broken({}, "/bin/false");
  const base::UniqueFd fd = memory_file(picture());
  const auto exit_code = [&](media::Decoder& decoder) {
    try {
      static_cast<void>(examined(decoder, fd.get()));
    } catch (const base::Error& error) {
      return error.code();
    }
    return base::ExitCode::ok;
  };
  CHECK(exit_code(refused) == base::ExitCode::no_permission);
  CHECK(exit_code(broken) == base::ExitCode::software);
}

TEST_CASE("a worker that was gone before it was asked ends the run too") {
  const Folder folder;
  const base::UniqueFd fd = memory_file(picture());
  for (int round = 0; round < 20; ++round) {
    media::Decoder decoder({}, folder.script("exit 77"));
    decoder.start();
    siginfo_t ended{};
    REQUIRE(::waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT) == 0);  // left for the decoder to reap
    CHECK_THROWS_AS(static_cast<void>(examined(decoder, fd.get())), base::Error);
  }
}

TEST_CASE("an interrupt at the terminal does not reach the worker") {
  const Folder folder;
  media::Decoder decoder({}, folder.script("kill -s INT 0; exec " + kWorker.string() + " \"$1\""));
  // The script signals its whole process group: were that ours, this test would end here.
  const base::UniqueFd fd = memory_file(picture());
  CHECK_THROWS_AS(static_cast<void>(examined(decoder, fd.get())), base::Error);
}

TEST_CASE("a preview is a small grey PNG") {
  media::Decoder decoder({}, kWorker);
  const base::UniqueFd fd = memory_file(picture(400, 200));
  const auto preview = decoder.preview(fd.get(), base::ContentKind::image);
  REQUIRE(preview);
  const base::UniqueFd small = memory_file(preview->png);
  const auto found = examined(decoder, small.get());
  REQUIRE(found);
  CHECK(found->leaves.front().picture->width == 96);
  CHECK(found->leaves.front().picture->height == 48);
}

TEST_CASE("files give the reference's hashes: three of four identical, none over 6 bits") {
  const char* const data = std::getenv("PROVISO_CONFORMANCE");
  if (data == nullptr) {
    MESSAGE("skipped: PROVISO_CONFORMANCE is not set");
    return;
  }
  const std::filesystem::path folder = std::filesystem::path(data) / "pdq";
  std::ifstream table(folder / "images.tsv");
  std::string line;
  std::getline(table, line);
  media::Decoder decoder({}, kWorker);
  int compared = 0;
  int identical = 0;
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::string file, quality, hex;
    std::getline(fields, file, '\t');
    std::getline(fields, quality, '\t');
    std::getline(fields, hex);
    CAPTURE(file);
    const base::UniqueFd fd(::open((folder / "images" / file).c_str(), O_RDONLY));
    REQUIRE(fd);
    const auto found = examined(decoder, fd.get());
    REQUIRE(found);  // where the reference aborts, ours does not
    const auto& decoded = found->leaves.front().picture;
    REQUIRE(decoded);
    const auto want = pdq::from_hex(hex);
    if (!want || std::stoi(quality) < 80) continue;
    const int bits = pdq::distance(decoded->pdq.hash, *want);
    CHECK(bits <= 6);
    ++compared;
    identical += bits == 0 ? 1 : 0;
  }
  CHECK(compared > 10);
  CHECK(identical * 4 >= compared * 3);
  MESSAGE(identical << " of " << compared << " identical");
}
