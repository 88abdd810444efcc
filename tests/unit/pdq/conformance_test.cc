// The reference's hashes of given luma planes. The drawn planes are in tests/data/pdq; the rest is
// where PROVISO_CONFORMANCE points.
#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "pdq/pdq_hash.h"
#include "slow_pdq.h"

using namespace proviso;
namespace fs = std::filesystem;

namespace {

struct Grey {
  int width = 0, height = 0;
  std::vector<std::uint8_t> samples;
};

Grey read_pgm(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string magic;
  int maximum = 0;
  Grey grey;
  in >> magic >> grey.width >> grey.height >> maximum;
  in.get();
  REQUIRE(magic == "P5");
  REQUIRE(maximum == 255);
  grey.samples.resize(static_cast<std::size_t>(grey.width) * static_cast<std::size_t>(grey.height));
  in.read(reinterpret_cast<char*>(grey.samples.data()),
          static_cast<std::streamsize>(grey.samples.size()));
  REQUIRE(in.gcount() == static_cast<std::streamsize>(grey.samples.size()));
  return grey;
}

struct Figure {
  std::string file;
  int quality = 0;
  std::array<std::string, 8> hashes;  // in the order of pdq::kDihedralNames
};

std::vector<Figure> read_figures(const fs::path& path) {
  std::ifstream in(path);
  std::vector<Figure> out;
  std::string line;
  std::getline(in, line);
  REQUIRE(line.starts_with("file\twidth\theight\tquality\toriginal"));
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    Figure figure;
    std::string width, height;
    fields >> figure.file >> width >> height >> figure.quality;
    for (std::string& hash : figure.hashes) fields >> hash;
    out.push_back(figure);
  }
  return out;
}

void check_plane(const fs::path& folder, const Figure& figure) {
  CAPTURE(figure.file);
  const Grey grey = read_pgm(folder / figure.file);
  const auto ours = pdq::hash(
      {grey.samples.data(), grey.width, grey.height, static_cast<std::size_t>(grey.width)});
  const auto plain = slow::pdq(grey.samples, grey.width, grey.height);
  CHECK(ours.quality == figure.quality);
  CHECK(plain.quality == figure.quality);
  CHECK(pdq::to_hex(ours.hash) == plain.hex);
  // Under quality 50 the bits are rounding noise, and the reference's callers throw the hash away.
  if (figure.quality < 50) return;
  CHECK(pdq::to_hex(ours.hash) == figure.hashes[0]);
  const auto eight = pdq::hash_dihedral(
      {grey.samples.data(), grey.width, grey.height, static_cast<std::size_t>(grey.width)});
  for (std::size_t i = 0; i < eight.hashes.size(); ++i) {
    CAPTURE(pdq::kDihedralNames[i]);
    CHECK(pdq::to_hex(eight.hashes[i]) == figure.hashes[i]);
  }
}

}  // namespace

TEST_CASE("drawn planes have the reference's hash and quality") {
  const fs::path folder = fs::path(PROVISO_TEST_DATA) / "pdq";
  int checked = 0;
  for (const Figure& figure : read_figures(folder / "luma.tsv")) {
    if (!fs::exists(folder / "luma" / figure.file)) continue;
    check_plane(folder / "luma", figure);
    ++checked;
  }
  CHECK(checked == 6);
}

TEST_CASE("every plane of the conformance data has the reference's hash and quality") {
  const char* where = std::getenv("PROVISO_CONFORMANCE");
  if (where == nullptr) {
    MESSAGE("skipped: PROVISO_CONFORMANCE does not name the conformance data");
    return;
  }
  const fs::path folder = fs::path(where) / "pdq";
  const auto figures = read_figures(folder / "luma.tsv");
  CHECK(figures.size() >= 12);
  for (const Figure& figure : figures) check_plane(folder / "luma", figure);
}
