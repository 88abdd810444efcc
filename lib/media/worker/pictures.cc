#include "media/worker/pictures.h"

#include <jpeglib.h>
#include <jxl/decode.h>
#include <libavcodec/avcodec.h>
#include <libheif/heif.h>
#include <spng.h>
#include <webp/decode.h>

#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "media/worker/libav.h"

#define PROVISO_TEXT_OF(x) #x
#define PROVISO_TEXT(x) PROVISO_TEXT_OF(x)

namespace proviso::media {
namespace {

std::uint32_t big_endian_32(std::string_view text, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i)
    value = value << 8 | static_cast<unsigned char>(text[i]);
  return value;
}

// An acTL chunk before the first IDAT (APNG).
bool is_animated_png(std::string_view png) {
  for (std::size_t at = 8; at + 12 <= png.size();) {
    const std::uint32_t size = big_endian_32(png, at);
    const std::string_view type = png.substr(at + 4, 4);
    if (type == "acTL") return true;
    if (type == "IDAT" || size > png.size() - at - 12) return false;
    at += 12 + std::size_t{size};
  }
  return false;
}

std::string webp_version() {
  const int version = WebPGetDecoderVersion();
  return std::to_string(version >> 16) + "." + std::to_string(version >> 8 & 255) + "." +
         std::to_string(version & 255);
}

}  // namespace

Failure decode_picture(std::string_view format, File file, const PictureOptions& options,
                       Luma& luma, std::string& by) {
  if (format == "jpeg") {
    by = "libjpeg-turbo " PROVISO_TEXT(LIBJPEG_TURBO_VERSION);
    return decode_jpeg(file, options, luma);
  }
  if (format == "png") {
    by = std::string("libspng ") + spng_version_string();
    return decode_png(file, options, luma);
  }
  if (format == "webp") {
    by = "libwebp " + webp_version();
    return decode_webp(file, options, luma);
  }
  if (format == "heic" || format == "avif") {
    by = std::string("libheif ") + heif_get_version();
    return decode_heif(file, options, luma);
  }
  if (format == "jxl") {
    const std::uint32_t version = JxlDecoderVersion();
    by = "libjxl " + std::to_string(version / 1'000'000) + "." +
         std::to_string(version / 1000 % 1000) + "." + std::to_string(version % 1000);
    return decode_jxl(file, options, luma);
  }
  by = libav_name();
  if (format == "bmp") return decode_by_libav(file, "bmp", options, luma);
  if (format == "tiff") return decode_by_libav(file, "tiff", options, luma);
  by.clear();
  return {Status::unsupported, "this version does not decode pictures of this format"};
}

bool is_animated(std::string_view format, File file) {
  if (format == "gif") return true;  // one frame or many: the same decoder decides
  if (format == "png") return is_animated_png(base::as_text(file));
  if (format != "webp") return false;
  WebPBitstreamFeatures features{};
  return WebPGetFeatures(reinterpret_cast<const std::uint8_t*>(file.data()), file.size(),
                         &features) == VP8_STATUS_OK &&
         features.has_animation != 0;
}

}  // namespace proviso::media
