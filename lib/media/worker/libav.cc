#include "media/worker/libav.h"

extern "C" {
#include <libavutil/log.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <array>
#include <vector>

namespace proviso::media {
namespace {

constexpr unsigned kBlack = 16, kWhite = 235;  // limited range, ITU-R BT.601 and BT.709

using Stretch = std::array<std::uint8_t, 256>;
const Stretch& stretch() {
  static const Stretch table = [] {
    Stretch out{};
    for (unsigned i = 0; i < out.size(); ++i) {
      const unsigned level = std::clamp(i, kBlack, kWhite) - kBlack;
      out[i] = static_cast<std::uint8_t>((level * 255 + (kWhite - kBlack) / 2) / (kWhite - kBlack));
    }
    return out;
  }();
  return table;
}

bool is_full_range(const AVFrame& frame, const AVPixFmtDescriptor& format) {
  if (format.nb_components < 3 || frame.color_range == AVCOL_RANGE_JPEG)
    return true;  // grey is full
  return frame.format == AV_PIX_FMT_YUVJ420P || frame.format == AV_PIX_FMT_YUVJ422P ||
         frame.format == AV_PIX_FMT_YUVJ444P || frame.format == AV_PIX_FMT_YUVJ440P ||
         frame.format == AV_PIX_FMT_YUVJ411P;
}

void take_luma_plane(const AVFrame& frame, const AVPixFmtDescriptor& format, Luma& luma) {
  const AVComponentDescriptor& samples = format.comp[0];
  const bool full = is_full_range(frame, format);
  std::vector<std::uint8_t> row(luma.source_width());
  for (std::uint32_t y = 0; y < luma.source_height(); ++y) {
    if (!luma.wants(y)) continue;
    const std::uint8_t* const in =
        frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0] + samples.offset;
    if (samples.depth == 8 && full) {
      luma.grey(y, in);
      continue;
    }
    for (std::size_t x = 0; x < row.size(); ++x) {
      const unsigned value = samples.depth == 8
                                 ? in[x]
                                 : static_cast<unsigned>(in[2 * x] | in[2 * x + 1] << 8) >>
                                       samples.shift >> (samples.depth - 8);
      row[x] = full ? static_cast<std::uint8_t>(value) : stretch()[value & 255];
    }
    luma.grey(y, row.data());
  }
}

Failure take_rgb(const AVFrame& frame, Luma& luma) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const std::unique_ptr<SwsContext, decltype(&sws_freeContext)> scaler(
      sws_getContext(frame.width, frame.height, format, frame.width, frame.height, AV_PIX_FMT_RGB24,
                     SWS_POINT | SWS_ACCURATE_RND, nullptr, nullptr, nullptr),
      sws_freeContext);
  if (!scaler) return {Status::unsupported, "a layout of pixels that is not read"};
  const std::size_t stride =
      (std::size_t{3} * luma.source_width() + 63) / 64 * 64;  // libswscale writes whole vectors
  std::vector<std::uint8_t> rgb(stride * luma.source_height() + 64);
  std::uint8_t* const planes[4] = {rgb.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {static_cast<int>(stride), 0, 0, 0};
  if (sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, planes, strides) !=
      frame.height) {
    return {Status::decode_failed, "the pixels could not be converted"};
  }
  for (std::uint32_t y = 0; y < luma.source_height(); ++y) luma.rgb(y, rgb.data() + stride * y, 3);
  return {};
}

// Called for the memory of a picture's pixels, once its size is known: the place to refuse it as
// too large and not as damaged.
int memory_for(AVCodecContext* context, AVFrame* frame, int flags) {
  auto& bound = *static_cast<PixelBound*>(context->opaque);
  if (frame->width > 0 && frame->height > 0 &&
      static_cast<std::uint64_t>(frame->width) * static_cast<std::uint64_t>(frame->height) >
          bound.max_pixels) {
    bound.passed = true;
    return AVERROR(ENOMEM);
  }
  return avcodec_default_get_buffer2(context, frame, flags);
}

}  // namespace

void bind(AVCodecContext& context, PixelBound& bound) {
  context.opaque = &bound;
  context.get_buffer2 = memory_for;
}

std::string libav_name() {
  const unsigned version = avcodec_version();
  return "libavcodec " + std::to_string(version >> 16) + "." + std::to_string(version >> 8 & 255) +
         "." + std::to_string(version & 255);
}

void silence_libav() { av_log_set_level(AV_LOG_QUIET); }

Failure luma_of_frame(const AVFrame& frame, const PictureOptions& options, Luma& luma) {
  if (frame.width <= 0 || frame.height <= 0)
    return {Status::decode_failed, "a frame without pixels"};
  if (!luma.start(static_cast<std::uint32_t>(frame.width), static_cast<std::uint32_t>(frame.height),
                  options.max_pixels, options.keep)) {
    return {Status::too_large, "more pixels than the limit"};
  }
  const AVPixFmtDescriptor* const format =
      av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  if (format == nullptr || (format->flags & AV_PIX_FMT_FLAG_HWACCEL) != 0)
    return {Status::unsupported, "a layout of pixels that is not read"};
  const AVComponentDescriptor& samples = format->comp[0];
  constexpr std::uint64_t kOther = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL |
                                   AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_BE |
                                   AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER;
  const int step = samples.depth > 8 ? 2 : 1;
  if ((format->flags & kOther) == 0 && samples.plane == 0 && samples.step == step &&
      samples.depth >= 8) {
    take_luma_plane(frame, *format, luma);
    return {};
  }
  return take_rgb(frame, luma);
}

}  // namespace proviso::media
