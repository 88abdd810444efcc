#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>
#include <vector>

#include "media/worker/animation.h"
#include "media/worker/pictures.h"

namespace proviso::media {
namespace {

constexpr std::size_t kStep = 4;  // RGBA, alpha left alone

void take(const std::uint8_t* rgba, Luma& luma) {
  const std::size_t stride = kStep * luma.source_width();
  for (std::uint32_t y = 0; y < luma.source_height(); ++y) luma.rgb(y, rgba + stride * y, kStep);
}

using Animation = std::unique_ptr<WebPAnimDecoder, decltype(&WebPAnimDecoderDelete)>;

Animation open(File file, WebPAnimInfo& info) {
  const WebPData data{reinterpret_cast<const std::uint8_t*>(file.data()), file.size()};
  Animation animation(WebPAnimDecoderNew(&data, nullptr), WebPAnimDecoderDelete);
  if (animation && WebPAnimDecoderGetInfo(animation.get(), &info) == 0) animation.reset();
  return animation;
}

}  // namespace

Failure decode_webp(File file, const PictureOptions& options, Luma& luma) {
  const auto* const data = reinterpret_cast<const std::uint8_t*>(file.data());
  WebPBitstreamFeatures features{};
  if (WebPGetFeatures(data, file.size(), &features) != VP8_STATUS_OK)
    return {Status::decode_failed, "no WebP header"};
  if (!luma.start(static_cast<std::uint32_t>(features.width),
                  static_cast<std::uint32_t>(features.height), options.max_pixels, options.keep)) {
    return {Status::too_large, "more pixels than the limit"};
  }
  if (features.has_animation != 0) {
    WebPAnimInfo info{};
    const Animation animation = open(file, info);
    std::uint8_t* rgba = nullptr;
    int end = 0;
    if (!animation || WebPAnimDecoderGetNext(animation.get(), &rgba, &end) == 0)
      return {Status::decode_failed, "no first frame"};
    take(rgba, luma);
    return {};
  }
  std::vector<std::uint8_t> rgba(kStep * static_cast<std::size_t>(features.width) *
                                 static_cast<std::size_t>(features.height));
  if (WebPDecodeRGBAInto(data, file.size(), rgba.data(), rgba.size(),
                         static_cast<int>(kStep) * features.width) == nullptr) {
    return {Status::decode_failed, "damaged or cut short"};
  }
  take(rgba.data(), luma);
  return {};
}

Failure sample_animated_webp(File file, FrameSampler& sampler) {
  WebPBitstreamFeatures features{};  // before the decoder takes memory for its canvas
  if (WebPGetFeatures(reinterpret_cast<const std::uint8_t*>(file.data()), file.size(), &features) !=
      VP8_STATUS_OK) {
    return {Status::decode_failed, "no WebP header"};
  }
  if (static_cast<std::uint64_t>(features.width) * static_cast<std::uint64_t>(features.height) >
      sampler.max_pixels()) {
    return {Status::too_large, "more pixels than the limit"};
  }
  WebPAnimInfo info{};
  const Animation animation = open(file, info);
  if (!animation) return {Status::decode_failed, "damaged or cut short"};
  // libwebp gives the end of a frame; it begins when the one before ended.
  for (int begin = 0, end = 0; WebPAnimDecoderHasMoreFrames(animation.get()) != 0; begin = end) {
    std::uint8_t* rgba = nullptr;
    if (WebPAnimDecoderGetNext(animation.get(), &rgba, &end) == 0)
      return {Status::decode_failed, "a frame is damaged or cut short"};
    const auto fill = [&](Luma& luma) {
      if (!luma.start(info.canvas_width, info.canvas_height, sampler.max_pixels(),
                      Luma::Keep::sampled))
        return false;
      take(rgba, luma);
      return true;
    };
    if (Failure failure = sampler.frame(static_cast<std::uint32_t>(begin), fill); !failure.ok())
      return failure;
  }
  return {};
}

}  // namespace proviso::media
