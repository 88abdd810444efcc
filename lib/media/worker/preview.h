// The small blurred picture that a reviewer sees first.
#pragma once

#include <cstdint>
#include <vector>

#include "pdq/pdq_hash.h"

namespace proviso::media {

struct SmallPicture {
  std::vector<std::uint8_t> samples;  // rows of `width`
  std::uint32_t width = 0, height = 0;
};

// At most kPreviewEdge a side, blurred: shapes are visible, features are not.
SmallPicture blurred(const pdq::Plane&);

}  // namespace proviso::media
