#include "base/content_kind.h"

#include <doctest/doctest.h>

#include <string>

#include "base/bytes.h"

using namespace proviso::base;
using namespace std::string_literals;

namespace {
std::string kind(const std::string& head) { return std::string(to_string(detect_kind(as_bytes(head)).kind)); }
}  // namespace

TEST_CASE("kinds are told from the bytes, not from a name") {
  CHECK(kind("\xFF\xD8\xFF\xE0 jpeg"s) == "image");
  CHECK(kind("\x89PNG\r\n\x1A\n...."s) == "image");
  CHECK(kind("GIF89a...."s) == "image");
  CHECK(kind("RIFF....WEBPVP8 "s) == "image");
  CHECK(kind("\0\0\0\x18" "ftypheic\0\0\0\0mif1"s) == "image");
  CHECK(kind("\0\0\0\x18" "ftypisom\0\0\0\0isom"s) == "video");
  CHECK(kind("RIFF....AVI LIST"s) == "video");
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
  CHECK(kind("\0\0\0\x18" "ftypM4A \0\0\0\0isom"s) == "audio");
  CHECK(kind("\0\0\0\x18" "ftypisom\0\0\0\0isom....hdlr....soun"s) == "audio");
  CHECK(kind("\x1A\x45\xDF\xA3....webm....A_OPUS"s) == "audio");
  CHECK(kind("\x1A\x45\xDF\xA3....webm...."s) == "audio");
  CHECK(kind("\x1A\x45\xDF\xA3....webm....V_VP9....A_OPUS"s) == "video");
}

TEST_CASE("every prefix of a head is answered") {
  std::string head = "\x1A\x45\xDF\xA3 RIFF ftyp From: OggS BM";
  for (std::size_t length = 0; length <= head.size(); ++length) CHECK_FALSE(kind(head.substr(0, length)).empty());
}
