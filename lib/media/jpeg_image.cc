// libjpeg reports errors by longjmp: nothing with a destructor lives in the frames that it may jump over.
#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>
// jerror.h needs the types of jpeglib.h.
#include <jerror.h>

#include <cstring>

#include "media/image.h"

#define PROVISO_TEXT_OF(x) #x
#define PROVISO_TEXT(x) PROVISO_TEXT_OF(x)

namespace proviso::media {
namespace {

struct ErrorState {
  jpeg_error_mgr base;
  std::jmp_buf jump;
  bool early_end, data_missing;
  char message[JMSG_LENGTH_MAX];
};

extern "C" void on_error(j_common_ptr info) {
  auto* const state = reinterpret_cast<ErrorState*>(info->err);
  info->err->format_message(info, state->message);
  std::longjmp(state->jump, 1);
}

// A file that ends before its data do is an error. A missing end marker alone, or damage inside, is not: a viewer shows the picture,
// and the reference hashes it, so a changed byte must not take it out of the stream.
extern "C" void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  auto* const state = reinterpret_cast<ErrorState*>(info->err);
  const int code = info->err->msg_code;
  if (code == JWRN_JPEG_EOF) state->early_end = true;
  if (code == JWRN_HIT_MARKER) state->data_missing = true;
}

enum class Result { ok, failed, too_large };

// Plain data only in this frame. `make_room` gives the plane's memory once the size is known.
Result run(const unsigned char* data, unsigned long size, std::uint64_t max_pixels, ErrorState& error, Luma& out,
           std::vector<std::uint8_t>& row_memory) {
  jpeg_decompress_struct info;
  std::memset(&info, 0, sizeof info);
  info.err = jpeg_std_error(&error.base);
  error.base.error_exit = on_error;
  error.base.emit_message = on_message;
  if (setjmp(error.jump) != 0) {   // NOLINT(cert-err52-cpp): libjpeg has no other way out
    jpeg_destroy_decompress(&info);
    return Result::failed;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, data, size);
  jpeg_read_header(&info, TRUE);
  if (std::uint64_t{info.image_width} * info.image_height > max_pixels) {
    jpeg_destroy_decompress(&info);
    return Result::too_large;
  }
  switch (info.jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_YCbCr: info.out_color_space = JCS_GRAYSCALE; break;
    case JCS_CMYK:
    case JCS_YCCK: info.out_color_space = JCS_CMYK; break;
    default: info.out_color_space = JCS_RGB;
  }
  jpeg_start_decompress(&info);
  out.width = static_cast<int>(info.output_width);
  out.height = static_cast<int>(info.output_height);
  out.pixels.resize(std::size_t{info.output_width} * info.output_height);
  row_memory.resize(std::size_t{info.output_width} * static_cast<std::size_t>(info.output_components));
  // Adobe writes CMYK inverted: 255 is no ink.
  const bool inverted = info.saw_Adobe_marker != FALSE;
  while (info.output_scanline < info.output_height) {
    std::uint8_t* const line = out.pixels.data() + std::size_t{info.output_scanline} * info.output_width;
    JSAMPROW row = info.out_color_space == JCS_GRAYSCALE ? line : row_memory.data();
    jpeg_read_scanlines(&info, &row, 1);
    if (info.out_color_space == JCS_RGB) {
      for (unsigned x = 0; x < info.output_width; ++x) line[x] = luma_of(row[3 * x], row[3 * x + 1], row[3 * x + 2]);
    } else if (info.out_color_space == JCS_CMYK) {
      for (unsigned x = 0; x < info.output_width; ++x) {
        const std::uint8_t* const ink = row + 4 * x;
        unsigned light[4];
        for (int i = 0; i < 4; ++i) light[i] = inverted ? ink[i] : 255u - ink[i];
        line[x] = luma_of(light[0] * light[3] / 255, light[1] * light[3] / 255, light[2] * light[3] / 255);
      }
    }
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  if (!error.early_end || !error.data_missing) return Result::ok;
  std::strcpy(error.message, "the file ends before the picture does");
  return Result::failed;
}

}  // namespace

Failure decode_jpeg(std::span<const std::byte> file, std::uint64_t max_pixels, Luma& out) {
  ErrorState error{};
  std::vector<std::uint8_t> row_memory;
  switch (run(reinterpret_cast<const unsigned char*>(file.data()), file.size(), max_pixels, error, out, row_memory)) {
    case Result::ok: return {};
    case Result::too_large: return {Status::too_large, "more pixels than the limit"};
    case Result::failed: break;
  }
  return {Status::decode_failed, error.message};
}

std::string jpeg_decoder_name() { return "libjpeg-turbo " PROVISO_TEXT(LIBJPEG_TURBO_VERSION); }

}  // namespace proviso::media
