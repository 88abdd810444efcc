// Grey pictures as PNG, made on the trusted side, so that no file written by a worker reaches a
// reviewer's viewer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace proviso::media {

// `samples`: rows of `width` bytes. Empty when the encoder fails.
std::vector<std::byte> encode_grey_png(std::span<const std::uint8_t> samples, std::uint32_t width,
                                       std::uint32_t height);

}  // namespace proviso::media
