#include "media/decoder.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/file.h"
#include "media/image.h"
#include "media/sandbox.h"

using namespace proviso;

namespace {

const std::filesystem::path kWorker = PROVISO_EXEC_DIR "/decode-worker";

base::UniqueFd memory_file(std::string_view bytes) {
  base::UniqueFd fd(::memfd_create("test", MFD_CLOEXEC));
  base::write_all(fd.get(), bytes, "memfd");
  return fd;
}

// A picture with edges in both directions, as PNG.
std::string picture(int width = 200, int height = 150) {
  media::Luma luma;
  luma.width = width;
  luma.height = height;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) luma.pixels.push_back(static_cast<std::uint8_t>((x / 20 * 37 + y / 15 * 59) % 256));
  }
  const auto png = media::encode_grey_png(luma);
  return std::string(base::as_text(png));
}

std::string code_of(media::Decoder& decoder, std::string_view bytes) {
  const base::UniqueFd fd = memory_file(bytes);
  const auto result = decoder.hash_image(fd.get());
  return result ? "ok" : result.error().code;
}

std::string bomb_header() {   // a PNG header that claims 50,000 by 50,000 pixels
  std::string png = picture();
  const char edge[4] = {0, 0, static_cast<char>(0xC3), 0x50};
  png.replace(16, 4, edge, 4);
  png.replace(20, 4, edge, 4);
  return png;
}

}  // namespace

TEST_CASE("a picture is hashed in the worker as its luma plane is here") {
  media::Decoder decoder({}, kWorker);
  const base::UniqueFd fd = memory_file(picture());
  const auto decoded = decoder.hash_image(fd.get());
  REQUIRE(decoded);
  CHECK(decoded->width == 200);
  CHECK(decoded->height == 150);
  CHECK(decoded->by.find("libspng") == 0);
  const std::string png = picture();
  media::Luma luma;
  REQUIRE(media::decode_png(base::as_bytes(png), 1'000'000, luma).status == media::Status::ok);
  CHECK(decoded->pdq.hash == pdq::hash({luma.pixels.data(), luma.width, luma.height, 200}).hash);
}

TEST_CASE("hostile files cost one error each, and the next one is read") {
  media::Decoder decoder({}, kWorker);
  const std::string png = picture();
  CHECK(code_of(decoder, png.substr(0, png.size() / 2)) == "decode_failed");
  CHECK(code_of(decoder, bomb_header()) != "ok");
  CHECK(code_of(decoder, "\xFF\xD8\xFF garbage") == "decode_failed");
  CHECK(code_of(decoder, "GIF89a........") == "unsupported");
  CHECK(code_of(decoder, "") == "unsupported");
  for (std::size_t cut = 8; cut < 120; cut += 7) CHECK(code_of(decoder, png.substr(0, cut)) != "ok");
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
}

TEST_CASE("a worker that dies is one error; one that never answers is a timeout") {
  media::Limits quick;
  quick.deadline = std::chrono::milliseconds(150);
  media::Decoder dies(quick, "/bin/false");
  CHECK(code_of(dies, picture()) == "crashed");
  media::Decoder sleeps(quick, "/bin/sleep");
  CHECK(code_of(sleeps, picture()) == "timeout");
  CHECK(code_of(sleeps, picture()) == "timeout");
}

TEST_CASE("a preview is a small grey PNG") {
  media::Decoder decoder({}, kWorker);
  const base::UniqueFd fd = memory_file(picture(400, 200));
  const auto preview = decoder.preview(fd.get());
  REQUIRE(preview);
  media::Luma luma;
  REQUIRE(media::decode_png(base::as_bytes(preview->png), 1'000'000, luma).status == media::Status::ok);
  CHECK(luma.width == 96);
  CHECK(luma.height == 48);
}

#ifndef PROVISO_SANITIZED
TEST_CASE("a system call outside the list kills the process") {
  for (const int attempt : {0, 1, 2}) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      media::confine_this_process(std::uint64_t{1} << 30);
      if (attempt == 0) static_cast<void>(::socket(AF_INET, SOCK_STREAM, 0));
      if (attempt == 1) static_cast<void>(::access("/etc/passwd", R_OK));
      ::_exit(attempt == 2 ? 7 : 0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (attempt == 2) {
      CHECK(WIFEXITED(status));
      CHECK(WEXITSTATUS(status) == 7);
    } else {
      CHECK(WIFSIGNALED(status));
      CHECK(WTERMSIG(status) == SIGSYS);
    }
  }
}
#endif

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
    const auto decoded = decoder.hash_image(fd.get());
    REQUIRE(decoded);                       // where the reference aborts, ours does not
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
