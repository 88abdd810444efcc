// Every format that hash reads, by the files of tests/data/media: the same picture everywhere,
// whole, cut short and damaged.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "media_files.h"

using namespace proviso;
namespace fs = std::filesystem;

namespace {

const std::set<std::string> kStableCodes{"decode_failed", "too_large", "unsupported", "locked",
                                         "timeout"};

media::Leaf only_leaf(const std::string& name, const media::Wanted& wanted = everything()) {
  const auto found = examine(decoder(), bytes_of(name), wanted);
  if (!found) FAIL(name << ": " << found.error().code << ": " << found.error().message);
  REQUIRE(found->leaves.size() == 1);
  return found->leaves.front();
}

pdq::Hash reference() {
  static const pdq::Hash hash = only_leaf("picture.png").picture->pdq.hash;
  return hash;
}

const std::vector<std::string> kPictures{
    "picture.png",    "picture.jpg",   "progressive.jpg", "grey.jpg",       "cmyk.jpg",
    "interlaced.png", "deep.png",      "palette.png",     "grey-alpha.png", "alpha.png",
    "picture.webp",   "lossless.webp", "picture.gif",     "picture.bmp",    "picture.tiff",
    "lzw.tiff",       "picture.heic",  "picture.avif",    "picture.jxl"};
const std::vector<std::string> kVideos{"video.mp4", "video.mov", "video.webm",
                                       "video.mkv", "video.avi", "video.3gp"};
const std::vector<std::string> kAnimations{"animated.gif", "animated.png", "animated.webp"};
const std::vector<std::string> kArchives{"pictures.zip", "pictures.7z", "pictures.tar.xz",
                                         "picture.bmp.gz", "nested.zip"};

std::vector<std::string> all_files() {
  std::vector<std::string> all = kPictures;
  for (const auto& more : {kVideos, kAnimations, kArchives})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

TEST_CASE("a picture has the same hash in every format, but for what its coding loses") {
  for (const std::string& name : kPictures) {
    CAPTURE(name);
    const media::Leaf leaf = only_leaf(name);
    REQUIRE(leaf.picture);
    CHECK(leaf.picture->width == 240);
    CHECK(leaf.picture->height == 180);
    CHECK(pdq::distance(leaf.picture->pdq.hash, reference()) <= 14);
    CHECK_FALSE(leaf.by.empty());
    CHECK_FALSE(leaf.frames);
  }
  for (const char* const same : {"interlaced.png", "deep.png", "alpha.png", "lossless.webp",
                                 "picture.bmp", "picture.tiff", "lzw.tiff"}) {
    CAPTURE(same);
    CHECK(only_leaf(same).picture->pdq.hash == reference());
  }
}

TEST_CASE("a video gives the frames of each second, the first and the last") {
  for (const std::string& name : kVideos) {
    CAPTURE(name);
    const media::Leaf leaf = only_leaf(name);
    CHECK(leaf.kind == base::ContentKind::video);
    REQUIRE(leaf.frames);
    CHECK(leaf.frames->sampled >= 3);
    CHECK(leaf.frames->sampled <= 5);
    REQUIRE(leaf.frames->kept.size() >= 3);
    CHECK(leaf.frames->kept[0].milliseconds == 0);
    CHECK(leaf.frames->kept[1].milliseconds / 100 == 10);
    CHECK(leaf.frames->milliseconds >= 2800);
    CHECK(leaf.frames->kept.back().milliseconds == leaf.frames->milliseconds);
    const media::Leaf other = only_leaf("video.mp4");
    CHECK(pdq::distance(leaf.frames->kept[0].hash, other.frames->kept[0].hash) <= 31);
  }
}

TEST_CASE("all frames of an animated picture are frames, its first is the picture") {
  for (const std::string& name : kAnimations) {
    CAPTURE(name);
    const media::Leaf leaf = only_leaf(name);
    CHECK(leaf.kind == base::ContentKind::image);
    REQUIRE(leaf.picture);
    REQUIRE(leaf.frames);
    CHECK(leaf.frames->sampled == 15);
    CHECK(leaf.frames->kept.front().hash == leaf.picture->pdq.hash);
    CHECK(leaf.frames->milliseconds == 2800);
  }
}

TEST_CASE(
    "every frame is sampled at interval 0; those alike one after the other are one; flat ones are "
    "counted alone") {
  media::Wanted wanted = everything();
  wanted.frame_interval_ms = 0;
  const media::Leaf leaf = only_leaf("video.mp4", wanted);
  CHECK(leaf.frames->sampled == 30);
  CHECK(leaf.frames->kept.size() + leaf.frames->duplicates + leaf.frames->low_quality == 30);
  wanted.quality_floor = 100;
  const media::Leaf strict = only_leaf("video.mp4", wanted);
  CHECK(strict.frames->kept.size() + strict.frames->duplicates + strict.frames->low_quality == 30);
}

// Art. 1(2) of Regulation (EU) 2021/1232: sound is not scanned. The file differs in its sound track
// alone.
TEST_CASE("the sound track does not matter: it is never decoded") {
  const media::Leaf one = only_leaf("video.mp4"), other = only_leaf("other-sound.mp4");
  REQUIRE(one.frames->kept.size() == other.frames->kept.size());
  for (std::size_t i = 0; i < one.frames->kept.size(); ++i)
    CHECK(one.frames->kept[i].hash == other.frames->kept[i].hash);
  std::string damaged = bytes_of("video.mp4");
  for (std::size_t at = damaged.find("mp4a"); at != std::string::npos;
       at = damaged.find("mp4a", at + 1))
    damaged.replace(at, 4, "zzzz");
  const auto found = examine(decoder(), damaged);  // a coding of sound that nothing knows
  REQUIRE(found);
  CHECK(found->leaves.front().frames->kept.size() == one.frames->kept.size());
}

TEST_CASE("turned and letterboxed pictures are found when that is wanted") {
  media::Wanted wanted = everything();
  wanted.dihedral = wanted.unletterbox = true;
  const media::Leaf turned = only_leaf("rotated.png", wanted);
  REQUIRE(turned.picture->dihedral);
  int best = 256;
  for (const pdq::Hash& hash : *turned.picture->dihedral)
    best = std::min(best, pdq::distance(hash, reference()));
  CHECK(best <= 24);  // the box of the filter is not symmetric about its centre
  CHECK(pdq::distance(turned.picture->pdq.hash, reference()) > 60);
  CHECK_FALSE(turned.picture->unletterboxed);
  const media::Leaf boxed = only_leaf("letterboxed.png", wanted);
  REQUIRE(boxed.picture->unletterboxed);
  CHECK(boxed.picture->unletterboxed->hash == reference());
  CHECK(pdq::distance(boxed.picture->pdq.hash, reference()) > 31);
}

TEST_CASE("only what is wanted is found") {
  const media::Leaf leaf = only_leaf("picture.gif", {});
  CHECK_FALSE(leaf.picture);
  CHECK_FALSE(leaf.frames);
}

TEST_CASE("the leaves of an archive are found, whatever archive and however deep") {
  for (const std::string& name : kArchives) {
    CAPTURE(name);
    const auto found = examine(decoder(), bytes_of(name));
    REQUIRE(found);
    CHECK(found->container);
    CHECK(found->leaves.size() == (name == "nested.zip" ? 4 : name == "picture.bmp.gz" ? 1 : 2));
    for (const media::Leaf& leaf : found->leaves) {
      CHECK(leaf.kind == base::ContentKind::image);
      CHECK(leaf.digests.md5);
      CHECK(leaf.digests.sha512);
      CHECK(pdq::distance(leaf.picture->pdq.hash, reference()) <= 14);
    }
    CHECK(found->skipped.text == (name == "pictures.zip" || name == "nested.zip" ? 1 : 0));
  }
}

TEST_CASE("kinds that are not admitted are counted and not looked at") {
  media::Wanted wanted = everything();
  wanted.leaves = {base::ContentKind::video};
  const auto found = examine(decoder(), bytes_of("nested.zip"), wanted);
  REQUIRE(found);
  CHECK(found->leaves.empty());
  CHECK(found->skipped.other == 4);
  CHECK(found->skipped.text == 1);
}

TEST_CASE("an encrypted file in an archive is an unread leaf; an encrypted list of files fails") {
  const auto found = examine(decoder(), bytes_of("locked.zip"));
  REQUIRE(found);
  CHECK(found->skipped.locked == 1);
  REQUIRE(found->leaves.size() == 1);
  REQUIRE(found->leaves.front().error);
  CHECK(found->leaves.front().error->code == "locked");
  CHECK(examine(decoder(), bytes_of("locked.7z")).error().code == "locked");
}

TEST_CASE("bombs are refused whole, by expansion, bytes, number and depth") {
  const auto code = [](media::Limits limits, const std::string& name) {
    media::Decoder limited(limits, PROVISO_EXEC_DIR "/decode-worker");
    const auto found = examine(limited, bytes_of(name));
    return found ? std::string("ok") : found.error().code;
  };
  CHECK(code({}, "bomb.xz") == "too_large");
  media::Limits limits;
  limits.max_expanded_bytes = 1000;
  CHECK(code(limits, "pictures.zip") == "too_large");
  limits = {};
  limits.max_members = 1;
  CHECK(code(limits, "pictures.zip") == "too_large");
  limits = {};
  limits.max_depth = 1;
  CHECK(code(limits, "nested.zip") == "too_large");
  CHECK(code(limits, "pictures.zip") == "ok");
  limits = {};
  limits.max_frames = 2;
  CHECK(code(limits, "video.mp4") == "too_large");
  limits = {};
  limits.max_pixels = 1000;
  for (const std::string& name : kPictures) {
    CAPTURE(name);
    CHECK(code(limits, name) == "too_large");
  }
  for (const std::string& name : kVideos) {
    CAPTURE(name);
    CHECK(code(limits, name) == "too_large");
  }
}

TEST_CASE(
    "mail: attachments, attached messages and mailboxes; text and encrypted parts are counted") {
  const auto base64 = [](const std::string& bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
      std::uint32_t group = 0;
      for (std::size_t k = 0; k < 3; ++k)
        group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
      for (std::size_t k = 0; k < 4; ++k)
        out += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
      if (i / 3 % 19 == 18) out += "\r\n";
    }
    return out + "\r\n";
  };
  const std::string head =
      "From: a@example.org\r\nTo: b@example.org\r\nSubject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\nDate: "
      "Tue, 24 Nov 2026 10:00:00 +0000\r\n"
      "MIME-Version: 1.0\r\n";
  const std::string attachment =
      "--b\r\nContent-Type: image/jpeg; name*=utf-8''bild.jpg\r\nContent-Transfer-Encoding: "
      "base64\r\n\r\n" +
      base64(bytes_of("picture.jpg"));
  const std::string secret =
      "--b\r\nContent-Type: application/pkcs7-mime; "
      "smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB\r\n";
  const std::string inner = "--b\r\nContent-Type: message/rfc822\r\n\r\n" + head +
                            "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
                            base64(bytes_of("picture.png"));
  const std::string mail = head +
                           "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: "
                           "text/plain\r\n\r\nhello\r\n" +
                           attachment + secret + inner + "--b--\r\n";
  const auto found = examine(decoder(), mail);
  REQUIRE(found);
  CHECK(found->leaves.size() == 2);
  for (const media::Leaf& leaf : found->leaves)
    CHECK(pdq::distance(leaf.picture->pdq.hash, reference()) <= 14);
  CHECK(found->skipped.text == 1);
  CHECK(found->skipped.locked == 1);

  const std::string from = "From a@example.org Tue Nov 24 10:00:00 2026\r\n";
  const auto box = examine(decoder(), from + mail + "\r\n" + from + mail);
  REQUIRE(box);
  CHECK(box->leaves.size() == 4);
  CHECK(box->skipped.text == 2);
  media::Limits shallow;
  shallow.max_depth = 1;
  media::Decoder limited(shallow, PROVISO_EXEC_DIR "/decode-worker");
  CHECK(examine(limited, mail).error().code == "too_large");
  // An attachment that is cut short is a leaf that was not read.
  const auto cut =
      examine(decoder(), mail.substr(0, mail.find("--b\r\nContent-Type: application") - 4000));
  REQUIRE(cut);
  REQUIRE(cut->leaves.size() == 1);
  CHECK(cut->leaves.front().error);
}

TEST_CASE("what an entry of an archive calls itself does not hide what it holds") {
  std::string zip = bytes_of("pictures.zip");
  for (std::size_t at = zip.find("picture.jpg"); at != std::string::npos;
       at = zip.find("picture.jpg", at))
    zip.replace(at, 11, "picture.jp/");
  const auto found = examine(decoder(), zip);
  REQUIRE(found);
  REQUIRE(found->leaves.size() == 2);
  REQUIRE(
      found->leaves[0]
          .error);  // a directory with bytes: libarchive does not hand them over, and that is told
  CHECK(found->leaves[0].error->code == "decode_failed");
  CHECK_FALSE(found->leaves[1].error);
}

TEST_CASE("mail that is not understood to its end says so") {
  const std::string head = "From: a@example.org\r\nTo: b@example.org\r\nMIME-Version: 1.0\r\n";
  const std::string picture =
      head + "Content-Type: image/jpeg\r\nContent-Transfer-Encoding: binary\r\n\r\n" +
      bytes_of("picture.jpg") + "\r\n";
  const std::string from = "From a@example.org Tue Nov 24 10:00:00 2026\r\n";
  const auto whole = examine(decoder(), from + picture + from + picture + "\r\n\r\n");
  REQUIRE(whole);
  REQUIRE(whole->leaves.size() == 2);
  CHECK_FALSE(whole->leaves[1].error);
  // The parser stops at a message without headers: the picture behind it is not seen.
  const auto broken =
      examine(decoder(), from + picture + from + "no header\r\n\r\n" + from + picture);
  REQUIRE(broken);
  REQUIRE(broken->leaves.size() == 2);
  REQUIRE(broken->leaves[1].error);
  CHECK(broken->leaves[1].error->code == "decode_failed");
  const auto unbounded = examine(
      decoder(), head + "Content-Type: multipart/mixed\r\n\r\n--b\r\n" + picture + "--b--\r\n");
  REQUIRE(unbounded);
  REQUIRE(unbounded->leaves.size() == 1);
  CHECK(unbounded->leaves[0].error);
}

TEST_CASE("codes tell damage from size and from what is not read") {
  const auto code = [](const std::string& bytes) {
    const auto found = examine(decoder(), bytes);
    return found ? std::string("ok") : found.error().code;
  };
  const std::string jpeg = bytes_of("picture.jpg");
  const std::size_t frame = jpeg.find("\xFF\xC0");
  REQUIRE(frame != std::string::npos);
  std::string deep = jpeg, lossless = jpeg, huge = jpeg;
  deep[frame + 4] = 12;
  lossless[frame + 1] = '\xC3';
  huge.replace(frame + 5, 4, "\xFF\xFF\xFF\xFF");
  CHECK(code(deep) == "unsupported");
  CHECK(code(lossless) == "unsupported");
  CHECK(code(huge) == "too_large");
  CHECK(code(bytes_of("picture.bmp.gz").substr(0, 6)) ==
        "decode_failed");  // and no archive inside itself, for ever
}

TEST_CASE("a file cut short is one error with a stable code, or is told to be incomplete") {
  for (const std::string& name : all_files()) {
    CAPTURE(name);
    const std::string bytes = bytes_of(name);
    for (const std::size_t percent : {5u, 30u, 60u, 85u}) {
      CAPTURE(percent);
      const auto found = examine(decoder(), bytes.substr(0, bytes.size() * percent / 100));
      if (!found) {
        CHECK(kStableCodes.count(found.error().code) == 1);
        continue;
      }
      // An archive whose first leaves could still be read says which could not.
      CHECK(found->container);
      CHECK(std::any_of(found->leaves.begin(), found->leaves.end(),
                        [](const media::Leaf& leaf) { return leaf.error.has_value(); }));
    }
  }
}

// Such a file was once taken for sound, so that it passed unread.
TEST_CASE(
    "a video cut before its list of tracks cannot be read, and is not sound: alone, in an archive "
    "and in mail") {
  for (const std::string name : {"video.mov", "video.mp4", "video.3gp"}) {
    CAPTURE(name);
    std::string bytes = bytes_of(name);
    bytes.resize(bytes.rfind("moov") - 4);
    if (const std::size_t brand = bytes.find("avc1"); brand < 32)
      bytes.replace(brand, 4, "isom");  // one that stands for pictures
    const auto alone = examine(decoder(), bytes);
    REQUIRE_FALSE(alone);
    CHECK(alone.error().code == "decode_failed");
    const auto inside = examine(decoder(),
                                "From: a@example.org\r\nTo: b@example.org\r\nMIME-Version: "
                                "1.0\r\nContent-Type: video/mp4\r\n"
                                "Content-Transfer-Encoding: binary\r\n\r\n" +
                                    bytes);
    REQUIRE(inside);
    REQUIRE(inside->leaves.size() == 1);
    REQUIRE(inside->leaves.front().error);
    CHECK(inside->leaves.front().error->code == "decode_failed");
    CHECK(inside->skipped.audio == 0);
    media::Wanted pictures = everything();
    pictures.leaves = {base::ContentKind::image};
    const auto unwanted = examine(decoder(),
                                  "From: a@example.org\r\nTo: b@example.org\r\nMIME-Version: "
                                  "1.0\r\nContent-Type: video/mp4\r\n"
                                  "Content-Transfer-Encoding: binary\r\n\r\n" +
                                      bytes,
                                  pictures);
    REQUIRE(unwanted);
    CHECK(unwanted->leaves.empty());
    CHECK(unwanted->skipped.other == 1);
  }
}

TEST_CASE(
    "a frame over the limit of pixels is too large, wherever it stands and whatever the container "
    "says") {
  const auto code = [](const std::string& bytes, media::Limits limits = {}) {
    media::Decoder limited(limits, PROVISO_EXEC_DIR "/decode-worker");
    const auto found = examine(limited, bytes);
    return found ? std::string("ok") : found.error().code;
  };
  // Motion JPEG: every frame has a size of its own.
  media::Limits limits;
  limits.max_pixels = 30'000;
  const std::string motion = bytes_of("video.mov");
  std::vector<std::size_t> frames;
  for (std::size_t at = motion.find("\xFF\xC0"); at != std::string::npos;
       at = motion.find("\xFF\xC0", at + 1))
    frames.push_back(at);
  REQUIRE(frames.size() == 30);
  CHECK(code(motion, limits) == "ok");
  for (const std::size_t frame : {frames[0], frames[15], frames[29]}) {
    std::string large = motion;
    large[frame + 5] = '\x01';  // 192 by 400
    CHECK(code(large, limits) == "too_large");
  }
  // VP9: four bits into the byte after the sync code come the width and the height less one, 16
  // bits each.
  const std::string webm = bytes_of("video.webm");
  const std::size_t key_frame = webm.find("\x49\x83\x42");
  REQUIRE(key_frame != std::string::npos);
  for (const unsigned side :
       {12'000u, 65'536u}) {  // the latter is more than libav itself would take
    CAPTURE(side);
    std::string large = webm;
    const std::uint64_t sizes = (std::uint64_t{side - 1} << 16 | (side - 1)) << 4;
    for (unsigned i = 0; i < 5; ++i) {
      const auto keep = static_cast<unsigned>(i == 0 ? 0xF0 : i == 4 ? 0x0F : 0);
      const unsigned byte = (static_cast<unsigned char>(large[key_frame + 3 + i]) & keep) |
                            (static_cast<unsigned>(sizes >> (32 - 8 * i)) & 0xFF & ~keep);
      large[key_frame + 3 + i] = static_cast<char>(byte);
    }
    CHECK(code(large) == "too_large");
  }
  // The container says 16 by 16, the frames are 192 by 144 or 176 by 144.
  limits.max_pixels = 20'000;
  for (const std::string name : {"video.mov", "video.mp4", "video.3gp"}) {
    CAPTURE(name);
    std::string small = bytes_of(name);
    small.replace(small.find("stsd", small.rfind("vmhd")) + 44, 4, std::string("\0\x10\0\x10", 4));
    CHECK(code(small, limits) == "too_large");
    limits.max_pixels = 30'000;
    CHECK(code(small, limits) == "ok");
    limits.max_pixels = 20'000;
  }
}

TEST_CASE("damaged files never take the worker down") {
  std::mt19937 random(24);
  for (const std::string& name : all_files()) {
    CAPTURE(name);
    const std::string bytes = bytes_of(name);
    for (int round = 0; round < 6; ++round) {
      std::string damaged = bytes;
      for (int i = 0; i < 1 + 8 * round; ++i)
        damaged[random() %
                (i % 2 == 0 ? damaged.size() : std::min<std::size_t>(512, damaged.size()))] =
            static_cast<char>(random());
      const auto found = examine(decoder(), damaged);
      if (!found) CHECK(kStableCodes.count(found.error().code) == 1);
    }
  }
  CHECK(only_leaf("picture.png").picture->pdq.hash == reference());
}

// The reference's own hashes of its sample videos, frame for frame, at its own thresholds.
TEST_CASE("videos match the reference's frame hashes both ways") {
  const char* const data = std::getenv("PROVISO_CONFORMANCE");
  if (data == nullptr) {
    MESSAGE("skipped: PROVISO_CONFORMANCE is not set");
    return;
  }
  constexpr int kDistance = 31, kQuality = 50;
  for (const char* const name : {"chair-19-sd-bar", "chair-22-with-small-logo-bar"}) {
    CAPTURE(name);
    std::vector<pdq::Hash> theirs;
    std::vector<pdq::Hash> by_number;
    std::ifstream list(fs::path(data) / "vpdq" / (std::string(name) + ".txt"));
    for (std::string line; std::getline(list, line);) {
      std::istringstream fields(line);
      std::string number, quality, hex;
      std::getline(fields, number, ',');
      std::getline(fields, quality, ',');
      std::getline(fields, hex, ',');
      by_number.push_back(pdq::from_hex(hex).value());
      if (std::stoi(quality) >= kQuality) theirs.push_back(by_number.back());
    }
    media::Wanted wanted = everything();
    wanted.frame_interval_ms = 0;
    const base::UniqueFd fd(::open((fs::path(data) / "vpdq" / (std::string(name) + ".mp4")).c_str(),
                                   O_RDONLY | O_CLOEXEC));
    REQUIRE(fd);
    decoder().begin(fd.get(), base::ContentKind::video, wanted);
    const auto found = decoder().finish();
    REQUIRE(found);
    const auto& ours = found->leaves.front().frames->kept;
    CHECK(found->leaves.front().frames->sampled == by_number.size());
    const auto near = [](const pdq::Hash& a, const pdq::Hash& b) {
      return pdq::distance(a, b) <= kDistance;
    };
    const auto ours_matched =
        std::count_if(ours.begin(), ours.end(), [&](const media::Frame& frame) {
          return std::any_of(theirs.begin(), theirs.end(),
                             [&](const pdq::Hash& hash) { return near(frame.hash, hash); });
        });
    const auto theirs_matched =
        std::count_if(theirs.begin(), theirs.end(), [&](const pdq::Hash& hash) {
          return std::any_of(ours.begin(), ours.end(),
                             [&](const media::Frame& frame) { return near(frame.hash, hash); });
        });
    CHECK(ours_matched == static_cast<std::ptrdiff_t>(ours.size()));
    CHECK(theirs_matched == static_cast<std::ptrdiff_t>(theirs.size()));
    int identical = 0, most = 0;
    for (const media::Frame& frame : ours) {
      const int bits = pdq::distance(frame.hash, by_number.at(frame.number));
      identical += bits == 0 ? 1 : 0;
      most = std::max(most, bits);
    }
    CHECK(most <= kDistance);
    MESSAGE(name << ": " << identical << " of " << ours.size() << " kept frames identical, " << most
                 << " bits at the most");
  }
}
