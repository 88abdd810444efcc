#include "media/grey_png.h"

#include <spng.h>

#include <cstdlib>
#include <memory>

namespace proviso::media {

std::vector<std::byte> encode_grey_png(std::span<const std::uint8_t> samples, std::uint32_t width,
                                       std::uint32_t height) {
  const std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)> context(spng_ctx_new(SPNG_CTX_ENCODER),
                                                                    spng_ctx_free);
  if (!context) return {};
  spng_ihdr header{};
  header.width = width;
  header.height = height;
  header.bit_depth = 8;
  header.color_type = SPNG_COLOR_TYPE_GRAYSCALE;
  if (spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1) != 0 ||
      spng_set_ihdr(context.get(), &header) != 0 ||
      spng_encode_image(context.get(), samples.data(), samples.size(), SPNG_FMT_PNG,
                        SPNG_ENCODE_FINALIZE) != 0) {
    return {};
  }
  std::size_t size = 0;
  int code = 0;
  const std::unique_ptr<void, decltype(&std::free)> png(
      spng_get_png_buffer(context.get(), &size, &code), std::free);
  if (!png || code != 0) return {};
  const auto* const bytes = static_cast<const std::byte*>(png.get());
  return {bytes, bytes + size};
}

}  // namespace proviso::media
