// By libjxl itself: libavcodec's wrapper of it never returns on a file that ends within its header
// (found by tests/fuzz).
#include <jxl/decode.h>

#include <memory>
#include <vector>

#include "media/worker/pictures.h"

namespace proviso::media {

Failure decode_jxl(File file, const PictureOptions& options, Luma& luma) {
  constexpr std::size_t kStep = 3;
  constexpr JxlPixelFormat kRgb{kStep, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
  Failure damaged{Status::decode_failed, "damaged or cut short"};
  const std::unique_ptr<JxlDecoder, decltype(&JxlDecoderDestroy)> decoder(JxlDecoderCreate(nullptr),
                                                                          JxlDecoderDestroy);
  if (!decoder ||
      JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO | JXL_DEC_FULL_IMAGE) !=
          JXL_DEC_SUCCESS ||
      JxlDecoderSetInput(decoder.get(), reinterpret_cast<const std::uint8_t*>(file.data()),
                         file.size()) != JXL_DEC_SUCCESS) {
    return {Status::decode_failed, "the decoder does not start"};
  }
  JxlDecoderCloseInput(decoder.get());
  std::vector<std::uint8_t> rgb;
  for (;;) {
    switch (JxlDecoderProcessInput(decoder.get())) {
      case JXL_DEC_BASIC_INFO: {
        JxlBasicInfo info{};
        if (JxlDecoderGetBasicInfo(decoder.get(), &info) != JXL_DEC_SUCCESS) return damaged;
        if (!luma.start(info.xsize, info.ysize, options.max_pixels, options.keep))
          return {Status::too_large, "more pixels than the limit"};
        break;
      }
      case JXL_DEC_NEED_IMAGE_OUT_BUFFER: {
        std::size_t size = 0;
        if (JxlDecoderImageOutBufferSize(decoder.get(), &kRgb, &size) != JXL_DEC_SUCCESS)
          return damaged;
        if (size != kStep * luma.source_width() * luma.source_height()) return damaged;
        rgb.resize(size);
        if (JxlDecoderSetImageOutBuffer(decoder.get(), &kRgb, rgb.data(), rgb.size()) !=
            JXL_DEC_SUCCESS)
          return damaged;
        break;
      }
      case JXL_DEC_FULL_IMAGE:  // of an animation the first frame
        if (rgb.empty()) return damaged;
        for (std::uint32_t y = 0; y < luma.source_height(); ++y)
          luma.rgb(y, rgb.data() + kStep * luma.source_width() * y, kStep);
        return {};
      default:
        return damaged;  // an error, a premature end, or more input needed than there is
    }
  }
}

}  // namespace proviso::media
