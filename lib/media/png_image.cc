#include <spng.h>

#include <cstdlib>
#include <memory>

#include "media/image.h"

namespace proviso::media {
namespace {

using Context = std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)>;
constexpr std::size_t kMaxChunkBytes = 64u << 20;

Failure failure(int code) { return {Status::decode_failed, spng_strerror(code)}; }

}  // namespace

Failure decode_png(std::span<const std::byte> file, std::uint64_t max_pixels, Luma& out) {
  const Context context(spng_ctx_new(0), spng_ctx_free);
  if (!context) return {Status::decode_failed, "no memory"};
  // Checksums are checked: a damaged picture is a failure, not another picture.
  spng_set_crc_action(context.get(), SPNG_CRC_ERROR, SPNG_CRC_DISCARD);
  spng_set_chunk_limits(context.get(), kMaxChunkBytes, kMaxChunkBytes);
  if (const int code = spng_set_png_buffer(context.get(), file.data(), file.size()); code != 0) return failure(code);
  spng_ihdr header{};
  if (const int code = spng_get_ihdr(context.get(), &header); code != 0) return failure(code);
  if (std::uint64_t{header.width} * header.height > max_pixels) return {Status::too_large, "more pixels than the limit"};
  std::size_t bytes = 0;
  if (const int code = spng_decoded_image_size(context.get(), SPNG_FMT_RGB8, &bytes); code != 0) return failure(code);
  std::vector<std::uint8_t> rgb(bytes);
  if (const int code = spng_decode_image(context.get(), rgb.data(), rgb.size(), SPNG_FMT_RGB8, 0); code != 0) return failure(code);
  out.width = static_cast<int>(header.width);
  out.height = static_cast<int>(header.height);
  out.pixels.resize(std::size_t{header.width} * header.height);
  for (std::size_t i = 0; i < out.pixels.size(); ++i) out.pixels[i] = luma_of(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
  return {};
}

std::string png_decoder_name() { return std::string("libspng ") + spng_version_string(); }

std::uint8_t luma_of(unsigned red, unsigned green, unsigned blue) {
  // The reference's weights (ITU-R BT.601), rounded; thousandths keep it whole numbers.
  return static_cast<std::uint8_t>((299 * red + 587 * green + 114 * blue + 500) / 1000);
}

std::vector<std::byte> encode_grey_png(const Luma& luma) {
  const Context context(spng_ctx_new(SPNG_CTX_ENCODER), spng_ctx_free);
  if (!context) return {};
  spng_ihdr header{};
  header.width = static_cast<std::uint32_t>(luma.width);
  header.height = static_cast<std::uint32_t>(luma.height);
  header.bit_depth = 8;
  header.color_type = SPNG_COLOR_TYPE_GRAYSCALE;
  if (spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1) != 0 || spng_set_ihdr(context.get(), &header) != 0 ||
      spng_encode_image(context.get(), luma.pixels.data(), luma.pixels.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE) != 0) {
    return {};
  }
  std::size_t size = 0;
  int code = 0;
  const std::unique_ptr<void, decltype(&std::free)> png(spng_get_png_buffer(context.get(), &size, &code), std::free);
  if (!png || code != 0) return {};
  const auto* const bytes = static_cast<const std::byte*>(png.get());
  return {bytes, bytes + size};
}

}  // namespace proviso::media
