#include <spng.h>

#include <memory>
#include <vector>

#include "media/worker/pictures.h"

namespace proviso::media {
namespace {

using Context = std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)>;
constexpr std::size_t kMaxChunkBytes = 64u << 20;

Failure failure(int code) { return {Status::decode_failed, spng_strerror(code)}; }

}  // namespace

Failure decode_png(File file, const PictureOptions& options, Luma& luma) {
  const Context context(spng_ctx_new(0), spng_ctx_free);
  if (!context) return {Status::decode_failed, "no memory"};
  // Checksums are checked: a damaged picture is a failure, not another picture.
  spng_set_crc_action(context.get(), SPNG_CRC_ERROR, SPNG_CRC_DISCARD);
  spng_set_chunk_limits(context.get(), kMaxChunkBytes, kMaxChunkBytes);
  if (const int code = spng_set_png_buffer(context.get(), file.data(), file.size()); code != 0)
    return failure(code);
  spng_ihdr header{};
  if (const int code = spng_get_ihdr(context.get(), &header); code != 0) return failure(code);
  if (!luma.start(header.width, header.height, options.max_pixels, options.keep))
    return {Status::too_large, "more pixels than the limit"};
  const std::size_t stride = std::size_t{3} * header.width;
  std::vector<std::uint8_t> rgb;
  if (header.interlace_method == 0) {  // row by row: nothing but one row is held
    rgb.resize(stride);
    if (const int code =
            spng_decode_image(context.get(), nullptr, 0, SPNG_FMT_RGB8, SPNG_DECODE_PROGRESSIVE);
        code != 0)
      return failure(code);
    for (std::uint32_t y = 0; y < header.height; ++y) {
      const int code = spng_decode_row(context.get(), rgb.data(), rgb.size());
      if (code != 0 && !(code == SPNG_EOI && y + 1 == header.height)) return failure(code);
      luma.rgb(y, rgb.data(), 3);
    }
    return {};
  }
  rgb.resize(stride * header.height);
  if (const int code = spng_decode_image(context.get(), rgb.data(), rgb.size(), SPNG_FMT_RGB8, 0);
      code != 0)
    return failure(code);
  for (std::uint32_t y = 0; y < header.height; ++y) luma.rgb(y, rgb.data() + stride * y, 3);
  return {};
}

}  // namespace proviso::media
