// Files to luma planes, inside the worker only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "media/protocol.h"

namespace proviso::media {

struct Luma {
  std::vector<std::uint8_t> pixels;    // rows of `width` bytes
  int width = 0, height = 0;
};

struct Failure {
  Status status = Status::ok;          // ok: no failure
  std::string message;
};

// The luma channel as it is coded where the file has one (grey, YCbCr); RGB and CMYK by 0.299 R + 0.587 G + 0.114 B, rounded.
// A picture that ends early is a failure, not a grey field. EXIF orientation and ICC profiles are left alone, as the reference does.
Failure decode_jpeg(std::span<const std::byte> file, std::uint64_t max_pixels, Luma&);
// All colour types and depths; alpha is dropped.
Failure decode_png(std::span<const std::byte> file, std::uint64_t max_pixels, Luma&);

std::string jpeg_decoder_name();       // "libjpeg-turbo 2.1.5"
std::string png_decoder_name();        // "libspng 0.7.3"

std::uint8_t luma_of(unsigned red, unsigned green, unsigned blue);

std::vector<std::byte> encode_grey_png(const Luma&);   // empty when the encoder fails
// At most kPreviewEdge a side, blurred.
Luma blurred(const Luma&);

}  // namespace proviso::media
