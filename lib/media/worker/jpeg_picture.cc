// libjpeg reports errors by longjmp: no object with a destructor may live in the frames that it
// jumps over.
#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>
// jerror.h needs the types of jpeglib.h.
#include <jerror.h>

#include <cstring>
#include <vector>

#include "media/worker/pictures.h"

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

// A file that ends before its data do is an error. A missing end marker alone, or damage inside, is
// not: a viewer shows the picture, and the reference hashes it, so a changed byte must not take it
// out of the stream.
extern "C" void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  auto* const state = reinterpret_cast<ErrorState*>(info->err);
  const int code = info->err->msg_code;
  if (code == JWRN_JPEG_EOF) state->early_end = true;
  if (code == JWRN_HIT_MARKER) state->data_missing = true;
}

enum class Result { ok, failed, too_large, unsupported };

// True if luma is stored at the picture's own size and only luma is wanted: then its samples are
// taken as they leave the inverse DCT.
bool luma_as_stored(const jpeg_decompress_struct& info) {
  const jpeg_component_info& luma = info.comp_info[0];
  return info.out_color_space == JCS_GRAYSCALE && luma.h_samp_factor == info.max_h_samp_factor &&
         luma.v_samp_factor == info.max_v_samp_factor;
}

// Whole rows of blocks, without the copies of each row that upsampling and colour conversion would
// make. Plain data only.
void read_blocks(jpeg_decompress_struct& info, Luma& out, std::vector<std::uint8_t>& row_memory) {
  const jpeg_component_info& luma = info.comp_info[0];
  const std::size_t stride = std::size_t{luma.width_in_blocks} * DCTSIZE;
  const auto rows = static_cast<unsigned>(luma.v_samp_factor * DCTSIZE);
  row_memory.resize(stride * rows);
  JSAMPROW lines[MAX_SAMP_FACTOR * DCTSIZE];
  for (unsigned i = 0; i < rows; ++i) lines[i] = row_memory.data() + stride * i;
  JSAMPARRAY planes[MAX_COMPONENTS] = {lines};
  while (info.output_scanline < info.output_height) {
    const std::uint32_t first = info.output_scanline;
    jpeg_read_raw_data(&info, planes, rows);
    for (std::uint32_t y = first; y < info.output_height && y < first + rows; ++y)
      out.grey(y, lines[y - first]);
  }
}

void read_rows(jpeg_decompress_struct& info, Luma& out, std::vector<std::uint8_t>& row_memory) {
  row_memory.resize(std::size_t{info.output_width} *
                    static_cast<std::size_t>(info.output_components));
  std::uint8_t* const line = row_memory.data();
  // Adobe writes CMYK inverted: 255 is no ink.
  const bool inverted = info.saw_Adobe_marker != FALSE;
  while (info.output_scanline < info.output_height) {
    const std::uint32_t y = info.output_scanline;
    JSAMPROW row = line;
    jpeg_read_scanlines(&info, &row, 1);
    if (info.out_color_space == JCS_GRAYSCALE) {
      out.grey(y, line);
      continue;
    }
    if (!out.wants(y)) continue;
    if (info.out_color_space == JCS_CMYK) {
      for (unsigned x = 0; x < info.output_width; ++x) {
        std::uint8_t* const ink = line + std::size_t{4} * x;
        unsigned light[4];
        for (int i = 0; i < 4; ++i) light[i] = inverted ? ink[i] : 255u - ink[i];
        for (int i = 0; i < 3; ++i) ink[i] = static_cast<std::uint8_t>(light[i] * light[3] / 255);
      }
    }
    out.rgb(y, line, static_cast<std::size_t>(info.output_components));
  }
}

// Plain data only in this frame.
Result run(File file, const PictureOptions& options, ErrorState& error, Luma& out,
           std::vector<std::uint8_t>& row_memory) {
  jpeg_decompress_struct info;
  std::memset(&info, 0, sizeof info);
  info.err = jpeg_std_error(&error.base);
  error.base.error_exit = on_error;
  error.base.emit_message = on_message;
  if (setjmp(error.jump) != 0) {  // NOLINT(cert-err52-cpp): libjpeg has no other way out
    jpeg_destroy_decompress(&info);
    switch (error.base.msg_code) {
      case JERR_IMAGE_TOO_BIG:
        return Result::too_large;
      case JERR_ARITH_NOTIMPL:
      case JERR_BAD_PRECISION:  // 12 bits, or 16
      case JERR_SOF_UNSUPPORTED:
        return Result::unsupported;  // lossless, hierarchical
      default:
        return Result::failed;
    }
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  jpeg_read_header(&info, TRUE);
  if (!out.start(info.image_width, info.image_height, options.max_pixels, options.keep)) {
    jpeg_destroy_decompress(&info);
    return Result::too_large;
  }
  switch (info.jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_YCbCr:
      info.out_color_space = JCS_GRAYSCALE;
      break;
    case JCS_CMYK:
    case JCS_YCCK:
      info.out_color_space = JCS_CMYK;
      break;
    default:
      info.out_color_space = JCS_RGB;
  }
  if (luma_as_stored(info)) {
    info.raw_data_out = TRUE;
    for (int i = 1; i < info.num_components; ++i) info.comp_info[i].component_needed = FALSE;
  }
  jpeg_start_decompress(&info);
  if (info.raw_data_out != FALSE) {
    read_blocks(info, out, row_memory);
  } else {
    read_rows(info, out, row_memory);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  if (!error.early_end || !error.data_missing) return Result::ok;
  std::strcpy(error.message, "the file ends before the picture does");
  return Result::failed;
}

}  // namespace

Failure decode_jpeg(File file, const PictureOptions& options, Luma& out) {
  ErrorState error{};
  static std::vector<std::uint8_t>
      row_memory;  // the worker has one thread of its own, and keeps the memory for the next file
  switch (run(file, options, error, out, row_memory)) {
    case Result::ok:
      return {};
    case Result::too_large:
      return {Status::too_large, "more pixels than the limit"};
    case Result::unsupported:
      return {Status::unsupported, error.message};
    case Result::failed:
      break;
  }
  return {Status::decode_failed, error.message};
}

}  // namespace proviso::media
