// JPEG luma, however it is stored, against libjpeg's own conversion to grey.
#include <doctest/doctest.h>
#include <sys/mman.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <jpeglib.h>

#include "base/file.h"
#include "media/decoder.h"
#include "pdq/pdq_hash.h"

using namespace proviso;

namespace {

struct Coding {
  int luma_across, luma_down, chroma_across, chroma_down;  // sampling factors
  bool progressive, grey;
};

std::string encoded(int width, int height, const Coding& coding) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  if (coding.grey) jpeg_set_colorspace(&info, JCS_GRAYSCALE);
  info.comp_info[0].h_samp_factor = coding.luma_across;
  info.comp_info[0].v_samp_factor = coding.luma_down;
  for (int i = 1; i < info.num_components; ++i) {
    info.comp_info[i].h_samp_factor = coding.chroma_across;
    info.comp_info[i].v_samp_factor = coding.chroma_down;
  }
  if (coding.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  std::vector<unsigned char> row(std::size_t{3} * info.image_width);
  while (info.next_scanline < info.image_height) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const double x = static_cast<double>(i / 3), y = info.next_scanline,
                   colour = static_cast<double>(i % 3);
      row[i] = static_cast<unsigned char>(
          127 + 80 * std::sin(x / (19 + colour)) * std::cos(y / (31 - colour)) +
          40 * std::sin((x + y) / 97));
    }
    JSAMPROW line = row.data();
    jpeg_write_scanlines(&info, &line, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);  // NOLINT(cppcoreguidelines-no-malloc): libjpeg allocated it
  return out;
}

pdq::Result hash_by_rows(const std::string& bytes) {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  info.out_color_space = JCS_GRAYSCALE;
  jpeg_start_decompress(&info);
  const int width = static_cast<int>(info.output_width),
            height = static_cast<int>(info.output_height);
  std::vector<std::uint8_t> pixels(std::size_t{info.output_width} * info.output_height);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = pixels.data() + std::size_t{info.output_scanline} * info.output_width;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  const pdq::Size size = pdq::hashed_size(width, height);
  std::vector<std::uint8_t> sampled;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const bool smaller = size.width != width || size.height != height;
      const int from_x = smaller ? pdq::sample_index(x, width) : x,
                from_y = smaller ? pdq::sample_index(y, height) : y;
      sampled.push_back(pixels[static_cast<std::size_t>(from_y) * static_cast<std::size_t>(width) +
                               static_cast<std::size_t>(from_x)]);
    }
  }
  return pdq::hash({sampled.data(), size.width, size.height, static_cast<std::size_t>(size.width)});
}

struct Size {
  int width, height;
};

}  // namespace

TEST_CASE("luma is the same whether it is taken from the blocks or from converted rows") {
  media::Decoder decoder({}, PROVISO_EXEC_DIR "/decode-worker");
  media::Wanted wanted;
  wanted.leaves = {base::ContentKind::image};
  wanted.pdq = true;
  const Coding codings[] = {
      {1, 1, 1, 1, false, false}, {2, 1, 1, 1, false, false}, {1, 2, 1, 1, false, false},
      {2, 2, 1, 1, false, false}, {4, 1, 1, 1, false, false}, {2, 2, 1, 1, true, false},
      {1, 1, 2, 2, false, false}, {1, 2, 2, 1, false, false}, {1, 1, 1, 1, false, true},
      {2, 2, 1, 1, false, true},
  };
  for (const Coding& coding : codings) {
    for (const Size size : {Size{65, 71}, {640, 479}, {513, 90}, {90, 1025}}) {
      CAPTURE(size.width);
      CAPTURE(coding.luma_across);
      CAPTURE(coding.luma_down);
      CAPTURE(coding.chroma_across);
      const std::string bytes = encoded(size.width, size.height, coding);
      const base::UniqueFd fd(::memfd_create("test", MFD_CLOEXEC));
      base::write_all(fd.get(), bytes, "memfd");
      decoder.begin(fd.get(), base::ContentKind::image, wanted);
      const auto found = decoder.finish();
      REQUIRE(found);
      const pdq::Result expected = hash_by_rows(bytes);
      CHECK(found->leaves.at(0).picture->pdq.hash == expected.hash);
      CHECK(found->leaves.at(0).picture->pdq.quality == expected.quality);
    }
  }
}
