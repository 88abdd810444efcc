// Archives and mail that show one thing to whoever reads them from front to back, or believes what
// they call themselves, and another to the programs that unpack them: what those would show is
// hashed, or told to be unread; it is never passed over in silence.
#include <algorithm>
#include <utility>
#include <vector>

#include "media_files.h"

using namespace proviso;

namespace {

std::string little(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
  return out;
}

std::uint32_t crc32(const std::string& bytes) {
  std::uint32_t crc = ~0u;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
  }
  return ~crc;
}

struct Stored {
  std::string name, content, extra;
  std::uint16_t method = 0;
};

std::string sizes_of(const Stored& file) {
  return little(crc32(file.content), 4) + little(file.content.size(), 4) +
         little(file.content.size(), 4);
}

std::string local_header(const Stored& file) {
  return "PK\3\4" + little(10, 2) + little(0, 2) + little(file.method, 2) + little(0, 4) +
         sizes_of(file) + little(file.name.size(), 2) + little(file.extra.size(), 2) + file.name +
         file.extra;
}

std::string local(const Stored& file) { return local_header(file) + file.content; }

// `places`: of the local headers.
std::string directory(const std::vector<std::pair<Stored, std::size_t>>& places, std::size_t at) {
  std::string out;
  for (const auto& [file, place] : places) {
    out += "PK\1\2" + little(10, 2) + little(10, 2) + little(0, 2) + little(file.method, 2) +
           little(0, 4) + sizes_of(file) + little(file.name.size(), 2) + little(0, 12) +
           little(place, 4) + file.name;
  }
  const std::size_t size = out.size();
  return out + "PK\5\6" + little(0, 4) + little(places.size(), 2) + little(places.size(), 2) +
         little(size, 4) + little(at, 4) + little(0, 2);
}

const Stored kText{"a.txt", "only words here\n", ""};

Stored photo() { return {"photo.jpg", bytes_of("picture.jpg"), ""}; }

std::size_t pictures(const base::Result<media::Findings>& found) {
  if (!found) FAIL(found.error().code << ": " << found.error().message);
  return static_cast<std::size_t>(
      std::count_if(found->leaves.begin(), found->leaves.end(),
                    [](const media::Leaf& leaf) { return leaf.picture.has_value(); }));
}

std::size_t unread(const base::Result<media::Findings>& found) {
  REQUIRE(found);
  return static_cast<std::size_t>(
      std::count_if(found->leaves.begin(), found->leaves.end(),
                    [](const media::Leaf& leaf) { return leaf.error.has_value(); }));
}

std::string tar_entry(char type, const std::string& name, const std::string& target,
                      const std::string& content) {
  std::string header(512, '\0');
  const auto put = [&](std::size_t at, const std::string& text) {
    header.replace(at, text.size(), text);
  };
  char size[13];
  std::snprintf(size, sizeof size, "%011zo", content.size());
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, size);
  put(136, "00000000000");
  put(148, "        ");
  header[156] = type;
  put(157, target);
  put(257, std::string("ustar\00000", 8));
  unsigned sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  char text[8];
  std::snprintf(text, sizeof text, "%06o", sum);
  put(148, text);
  return header + content + std::string((512 - content.size() % 512) % 512, '\0');
}

}  // namespace

TEST_CASE("a ZIP of both kinds of headers is read once") {
  const std::string text = local(kText), picture = local(photo());
  const std::string files = text + picture;
  const auto found =
      examine(decoder(), files + directory({{kText, 0}, {photo(), text.size()}}, files.size()));
  CHECK(pictures(found) == 1);
  CHECK(found->leaves.size() == 1);
  CHECK(found->skipped.text == 1);
}

TEST_CASE("a ZIP's picture behind a false directory is found") {
  const std::string text = local(kText), false_directory = "PK\1\2" + std::string(42, '\0'),
                    picture = local(photo());
  const std::string files = text + false_directory + picture;
  const auto found = examine(
      decoder(), files + directory({{kText, 0}, {photo(), text.size() + false_directory.size()}},
                                   files.size()));
  CHECK(pictures(found) == 1);
}

TEST_CASE("a ZIP's picture inside of what another entry stores is found") {
  const std::string picture = local(photo());
  const Stored cover{"a.txt", "only words, and then\n" + picture, ""};
  const std::string files = local(cover);
  const auto found = examine(
      decoder(), files + directory({{photo(), files.size() - picture.size()}}, files.size()));
  CHECK(pictures(found) == 1);
}

TEST_CASE("a ZIP entry that calls itself a symbolic link is unread, not passed over") {
  // libarchive's field "xl": its bitmap says that the external attributes follow, which say that
  // this is a link.
  Stored link = photo();
  link.extra =
      little(0x6c78, 2) + little(7, 2) + little(4, 1) + little(0120777u << 16, 4) + little(0, 2);
  const std::string files = local(link);
  const auto found = examine(decoder(), files + directory({{photo(), 0}}, files.size()));
  REQUIRE(found);
  CHECK(pictures(found) + unread(found) > 0);
}

TEST_CASE("one damaged entry does not hide those behind it") {
  Stored strange = kText;
  strange.method = 97;
  std::string wrong = local(kText);
  wrong[14] = static_cast<char>(wrong[14] ^ 1);  // of its CRC-32
  for (const std::string& first : {local(strange), wrong}) {
    const std::string files = first + local(photo());
    const auto found =
        examine(decoder(), files + directory({{photo(), first.size()}}, files.size()));
    CHECK(pictures(found) == 1);
    CHECK(unread(found) == 1);
  }
}

TEST_CASE("where reading from front to back breaks off, the directory still leads to the picture") {
  const std::string cover = local(kText);
  std::string torn = cover;
  torn.replace(
      0, 4, "PK\xff\xff");  // no header of anything, and after it a compressed entry without an end
  Stored broken = kText;
  broken.method = 8;
  const std::string before = local(broken), picture = local(photo());
  const std::string files = before.substr(0, before.size() - 4) + torn + picture;
  const auto found = examine(
      decoder(), files + directory({{photo(), files.size() - picture.size()}}, files.size()));
  CHECK(pictures(found) == 1);
  CHECK(unread(found) >= 1);
}

TEST_CASE("a tar archive's hard link with bytes of its own is read; one without is nothing") {
  const std::string end(1024, '\0');
  const std::string pax = tar_entry(
      'x', "pax", "", "20 comment=anything\n");  // of ustar archives libarchive takes no such body
  const auto found =
      examine(decoder(), pax + tar_entry('1', "photo.jpg", "other", bytes_of("picture.jpg")) + end);
  CHECK(pictures(found) == 1);
  const auto empty = examine(decoder(), tar_entry('0', "words.txt", "", "only words\n") +
                                            tar_entry('1', "more.txt", "words.txt", "") + end);
  REQUIRE(empty);
  CHECK(empty->leaves.empty());
  CHECK(empty->skipped.total() == 1);
}

TEST_CASE("what a part of a mail calls itself does not hide a picture") {
  const std::string head = "From: a@example.org\r\nTo: b@example.org\r\nMIME-Version: 1.0\r\n";
  const std::string picture =
      "Content-Transfer-Encoding: binary\r\n\r\n" + bytes_of("picture.jpg") + "\r\n";
  const auto cms = examine(
      decoder(), head + "Content-Type: application/pkcs7-mime; name=photo.jpg\r\n" + picture);
  CHECK(pictures(cms) == 1);
  CHECK(cms->skipped.locked == 0);

  const std::string parts =
      "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; "
      "boundary=b\r\n\r\n"
      "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n";
  const auto open =
      examine(decoder(), head + parts + "Content-Type: image/jpeg\r\n" + picture + "--b--\r\n");
  CHECK(pictures(open) == 1);
  const auto closed =
      examine(decoder(), head + parts +
                             "Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP "
                             "MESSAGE-----\r\n\r\n--b--\r\n");
  REQUIRE(closed);
  CHECK(closed->leaves.empty());
  CHECK(closed->skipped.locked == 1);
  CHECK(closed->skipped.total() == 1);
}

TEST_CASE("opaque-signed mail has its content in clear, and was not opened: unread") {
  const std::string head =
      "From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: "
      "application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n";
  const std::string type = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07";
  const auto signed_data =
      examine(decoder(), head + "\x30\x80" + type + "\x02\xa0\x80 and so on\r\n");
  REQUIRE(signed_data);
  REQUIRE(signed_data->leaves.size() == 1);
  CHECK(signed_data->leaves.front().error->code == "locked");
  const auto enveloped =
      examine(decoder(), head + "\x30\x80" + type + "\x03\xa0\x80 and so on\r\n");
  REQUIRE(enveloped);
  CHECK(enveloped->leaves.empty());
  CHECK(enveloped->skipped.locked == 1);
}
