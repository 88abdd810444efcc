#include "media/findings_wire.h"

#include <doctest/doctest.h>

#include <random>

using namespace proviso;

namespace {

media::Wanted wanted() {
  media::Wanted wanted;
  wanted.leaves = {base::ContentKind::image, base::ContentKind::video};
  wanted.leaf_digests = {true, false, true, true};
  wanted.pdq = wanted.frames = wanted.dihedral = wanted.unletterbox = true;
  return wanted;
}

media::Findings sample() {
  media::Findings findings;
  findings.container = true;
  findings.skipped = {1, 2, 3, 4};
  media::Leaf& picture = findings.leaves.emplace_back();
  picture.index = 2;
  picture.kind = base::ContentKind::image;
  picture.digests.bytes = 77;
  picture.digests.md5.emplace().fill(std::byte{5});
  picture.digests.sha512.emplace().fill(std::byte{6});
  picture.by = "decoder 1";
  picture.picture.emplace();
  picture.picture->pdq = {{{1, 2, 3, 4}}, 90};
  picture.picture->width = 640;
  picture.picture->height = 480;
  picture.picture->dihedral.emplace()[7].words[3] = 9;
  picture.picture->unletterboxed = pdq::Result{{{5, 6, 7, 8}}, 70};
  media::Leaf& video = findings.leaves.emplace_back();
  video.index = 3;
  video.kind = base::ContentKind::video;
  video.frames.emplace();
  video.frames->kept = {{{{1, 1, 1, 1}}, 80, 0, 0}, {{{2, 2, 2, 2}}, 60, 30, 1000}};
  video.frames->sampled = 4;
  video.frames->low_quality = 1;
  video.frames->duplicates = 1;
  video.frames->milliseconds = 1900;
  media::Leaf& unread = findings.leaves.emplace_back();
  unread.index = 9;
  unread.error = base::ItemError{"locked", "encrypted\x01", false, {}, {}};
  return findings;
}

}  // namespace

TEST_CASE("findings come back as they were said") {
  const auto back = media::read_findings(media::write_findings(sample()), {}, wanted());
  REQUIRE(back);
  CHECK(back->container);
  CHECK(back->skipped.locked == 3);
  REQUIRE(back->leaves.size() == 3);
  CHECK(back->leaves[0].digests.bytes == 77);
  CHECK(back->leaves[0].digests.md5 == sample().leaves[0].digests.md5);
  CHECK_FALSE(back->leaves[0].digests.sha1);
  CHECK(back->leaves[0].digests.sha512 == sample().leaves[0].digests.sha512);
  CHECK(back->leaves[0].picture->pdq.hash == sample().leaves[0].picture->pdq.hash);
  CHECK(back->leaves[0].picture->dihedral->at(7).words[3] == 9);
  CHECK(back->leaves[0].picture->unletterboxed->quality == 70);
  CHECK(back->leaves[1].frames->kept[1].milliseconds == 1000);
  CHECK(back->leaves[1].frames->duplicates == 1);
  CHECK(back->leaves[2].error->code == "locked");
  CHECK(back->leaves[2].error->message == "encrypted?");  // nothing that a terminal would obey
}

TEST_CASE("what was not asked for, or cannot be, is not believed") {
  const auto refused = [](const media::Findings& findings, const media::Limits& limits = {},
                          media::Wanted asked = wanted()) {
    return !media::read_findings(media::write_findings(findings), limits, asked);
  };
  const auto changed = [](const auto& change) {
    media::Findings findings = sample();
    change(findings);
    return findings;
  };
  CHECK_FALSE(refused(sample()));
  media::Wanted less = wanted();
  less.leaf_digests.md5 = false;
  CHECK(refused(sample(), {}, less));
  less = wanted();
  less.dihedral = false;
  CHECK(refused(sample(), {}, less));
  less = wanted();
  less.leaves = {base::ContentKind::video};
  CHECK(refused(sample(), {}, less));
  media::Limits small;
  small.max_members = 2;
  CHECK(refused(sample(), small));
  small = {};
  small.max_pixels = 1000;
  CHECK(refused(sample(), small));
  small = {};
  small.max_frames = 1;
  CHECK(refused(sample(), small));
  CHECK(refused(changed([](auto& f) { f.container = false; })));
  CHECK(refused(changed([](auto& f) { f.leaves[1].index = 2; })));
  CHECK(refused(changed([](auto& f) { f.leaves[0].picture->pdq.quality = 101; })));
  CHECK(refused(changed([](auto& f) { f.leaves[0].kind = base::ContentKind::text; })));
}

TEST_CASE("bytes cut short, longer or changed are refused or read as something that could be") {
  const std::vector<std::byte> good = media::write_findings(sample());
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_FALSE(media::read_findings(std::span(good).first(size), {}, wanted()));
  }
  std::vector<std::byte> longer = good;
  longer.push_back(std::byte{0});
  CHECK_FALSE(media::read_findings(longer, {}, wanted()));
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::byte> changed = good;
    changed[random() % changed.size()] = static_cast<std::byte>(random());
    const auto back = media::read_findings(changed, {}, wanted());
    if (!back) continue;
    CHECK(back->leaves.size() <= 3);
  }
}
