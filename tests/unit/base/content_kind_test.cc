#include "base/content_kind.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

#include "base/bytes.h"

using namespace proviso::base;
using namespace std::string_literals;

namespace {
std::string kind(const std::string& head) {
  return std::string(to_string(detect_kind(as_bytes(head)).kind));
}
}  // namespace

TEST_CASE("kinds are told from the bytes, not from a name") {
  CHECK(kind("\xFF\xD8\xFF\xE0 jpeg"s) == "image");
  CHECK(kind("\x89PNG\r\n\x1A\n...."s) == "image");
  CHECK(kind("GIF89a...."s) == "image");
  CHECK(kind("RIFF....WEBPVP8 "s) == "image");
  CHECK(kind("\0\0\0\x18"
             "ftypheic\0\0\0\0mif1"s) == "image");
  CHECK(kind("\0\0\0\x18"
             "ftypisom\0\0\0\0isomavc1"s) == "video");
  CHECK(kind("\0\0\0\x18"
             "ftypM4V \0\0\0\0M4V M4A "s) == "video");
  CHECK(kind("\0\0\0\x18"
             "ftypisom\0\0\0\0isom....hdlr........vide"s) == "video");
  CHECK(kind("\0\0\0\x18"
             "ftypmsf1\0\0\0\0hevc"s) == "image");
  CHECK(kind("\0\0\0\x18"
             "ftypavif\0\0\0\0mif1"s) == "image");
  CHECK(kind("\xFF\x0A...."s) == "image");
  CHECK(kind("II*\0...."s) == "image");
  CHECK(kind("BM........\0\0\0\0\x28\0\0\0"s) == "image");
  CHECK(kind("RIFF....AVI LIST....hdrlavih....strhvids"s) == "video");
  CHECK(kind("FLV\x01\x05"s) == "video");
  CHECK(kind("7z\xBC\xAF\x27\x1C"s) == "archive");
  CHECK(kind("\x1F\x8B\x08"s) == "archive");
  CHECK(kind("\xFD"
             "7zXZ\0"s) == "archive");
  CHECK(kind("\x28\xB5\x2F\xFD"s) == "archive");
  CHECK(kind("Rar!\x1A\x07\x01\0"s) == "archive");
  CHECK(kind(std::string(257, '\0') + "ustar"s) == "archive");
  CHECK(kind("PK\x03\x04...."s) == "archive");
  CHECK(kind("%PDF-1.7"s) == "file");
  CHECK(kind("plain words\n"s) == "text");
  CHECK(kind("\x01\x02\x03\x04"s) == "file");
  CHECK(kind("From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nbody"s) == "mail");
  CHECK(kind(""s) == "file");
}

TEST_CASE("sound is audio, and on doubt audio") {
  CHECK(kind("ID3\4\0\0\0\0\0\0"s) == "audio");
  CHECK(kind("\xFF\xFB\x90\x64...."s) == "audio");
  CHECK(kind("\xFF\xF1\x50\x80...."s) == "audio");
  CHECK(kind("RIFF....WAVEfmt "s) == "audio");
  CHECK(kind("OggS....OpusHead"s) == "audio");
  CHECK(kind("fLaC...."s) == "audio");
  CHECK(kind("#!AMR\n"s) == "audio");
  CHECK(kind("\0\0\0\x18"
             "ftypM4A \0\0\0\0isom"s) == "audio");
  CHECK(kind("\0\0\0\x18"
             "ftypisom\0\0\0\0isom....hdlr........soun"s) == "audio");
  CHECK(kind("\x1A\x45\xDF\xA3....webm....A_OPUS"s) == "audio");
  CHECK(kind("\x1A\x45\xDF\xA3....webm...."s) == "audio");
  CHECK(kind("\x1A\x45\xDF\xA3....webm....V_VP9....A_OPUS"s) == "video");
}

TEST_CASE("a container that shows no track is taken for sound") {
  CHECK(kind("\0\0\0\x18"
             "ftypisom\0\0\0\0isom"s) == "audio");
  CHECK(kind("\0\0\0\x18"
             "ftyp3gp4\0\0\0\0isom"s) == "audio");
  CHECK(kind("\0\0\0\x18"
             "ftypmp42\0\0\0\0mp42 a video, vide"s) == "audio");
  CHECK(kind("RIFF....AVI LIST"s) == "audio");
  CHECK(kind("FLV\x01\x04"s) == "audio");
}

TEST_CASE("of a file the track list is found at its end too") {
  const auto box = [](const std::string& type, const std::string& body) {
    const std::size_t size = body.size() + 8;
    return std::string{'\0', static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                       static_cast<char>(size)} +
           type + body;
  };
  const auto track = [&](const std::string& handler) {
    return box("trak", box("tkhd", std::string(80, '\0')) +
                           box("mdia", box("hdlr", std::string(8, '\0') + handler +
                                                       std::string(12, '\0'))));
  };
  const auto kind_of_file = [](const std::string& bytes) {
    std::FILE* const file = std::tmpfile();
    REQUIRE(file != nullptr);
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fflush(file);
    const auto found = detect_kind_of(FileSource(fileno(file)));
    std::fclose(file);
    if (!found) return found.error().code;
    return found->undecided ? std::string("undecided") : std::string(to_string(found->kind));
  };
  const std::string front =
      box("ftyp", "isom"s + std::string(4, '\0') + "isom") + box("mdat", std::string(200'000, 'x'));
  CHECK(kind_of_file(front + box("moov", track("soun") + track("vide"))) == "video");
  CHECK(kind_of_file(front + box("moov", track("soun"))) == "audio");
  CHECK(kind_of_file(front + box("moov", track("soun") + track("tmcd"))) == "audio");
  // Nobody knows whether these hold pictures: neither a video nor sound.
  CHECK(kind_of_file(front) == "undecided");
  CHECK(kind_of_file(front.substr(0, 1000)) == "undecided");  // cut off
  CHECK(kind_of_file(front + box("moov", track("vide")).substr(0, 60)) == "undecided");
  CHECK(kind_of_file(front + "\0\0\0\x04moov"s) == "undecided");  // a size below its own header
  CHECK(kind_of_file(front + "\0\0\0\x01moov\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s) == "undecided");
  CHECK(kind_of_file(front + box("moov", "")) == "undecided");  // an empty list
  CHECK(kind_of_file(front + box("moov", track("soun") + box("trak", ""))) ==
        "undecided");  // a track that does not say what it is
  CHECK(kind_of_file(box("ftyp", "M4A "s + std::string(4, '\0') + "isom")) == "undecided");
  CHECK(kind_of_file(box("ftyp", "isom"s + std::string(4, '\0') + "isomavc1")) ==
        "video");  // its brand says so; decoding will tell
  CHECK(kind_of_file("\xFF\xD8\xFF\xE0 jpeg"s) == "image");
  std::string boxes = box("ftyp", "isom"s + std::string(4, '\0') + "isom");
  for (int i = 0; i < 5000; ++i) boxes += box("free", "");
  CHECK(kind_of_file(boxes + box("moov", track("vide"))) == "undecided");  // past the budget
}

TEST_CASE("every prefix of a head is answered") {
  std::string head = "\x1A\x45\xDF\xA3 RIFF ftyp From: OggS BM";
  for (std::size_t length = 0; length <= head.size(); ++length)
    CHECK_FALSE(kind(head.substr(0, length)).empty());
}
