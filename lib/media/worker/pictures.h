// Picture files to luma, one function a format, one file a library. Each gets the whole file in
// memory.
//
// A picture that ends early is a failure, not a grey field. Alpha is dropped, ICC profiles and EXIF
// orientation are left alone, as the reference does. JPEG: the luma channel as it is coded where
// the file has one (grey, YCbCr); everywhere else RGB by luma_of().
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "media/worker/luma.h"

namespace proviso::media {

using File = std::span<const std::byte>;

struct PictureOptions {
  std::uint64_t max_pixels = 0;
  Luma::Keep keep = Luma::Keep::sampled;
};

Failure decode_jpeg(File, const PictureOptions&, Luma&);
Failure decode_png(File, const PictureOptions&, Luma&);   // all colour types and depths
Failure decode_webp(File, const PictureOptions&, Luma&);  // of an animation the first frame
Failure decode_heif(File, const PictureOptions&,
                    Luma&);  // HEIC and AVIF: the primary image, its irot and imir applied
Failure decode_jxl(File, const PictureOptions&, Luma&);  // of an animation the first frame
Failure decode_by_libav(File, const char* decoder, const PictureOptions&,
                        Luma&);  // "bmp", "tiff": one picture in one packet

// By base::DetectedKind::format; `by` is the decoder's name and version. Status::unsupported for a
// format that is none of these.
Failure decode_picture(std::string_view format, File, const PictureOptions&, Luma&,
                       std::string& by);
// True if the picture has more than one frame.
bool is_animated(std::string_view format, File);

}  // namespace proviso::media
