// What the files that use libav share: handles, its name, and frames to luma.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
}

#include <cstdint>
#include <memory>
#include <string>

#include "media/worker/pictures.h"

namespace proviso::media {

struct FreeFrame {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct FreePacket {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct FreeCodec {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
using AvFrame = std::unique_ptr<AVFrame, FreeFrame>;
using AvPacket = std::unique_ptr<AVPacket, FreePacket>;
using AvCodec = std::unique_ptr<AVCodecContext, FreeCodec>;

std::string libav_name();  // "libavcodec 59.37.100"
void silence_libav();      // it would write to standard error

// The limit of pixels of one decoder, and whether a frame passed it: libav itself would drop that
// frame as damaged.
struct PixelBound {
  std::uint64_t max_pixels = 0;
  bool passed = false;
};
// Refuses the memory of a frame over the limit. Must be called before the decoder is opened; the
// bound must outlive it.
void bind(AVCodecContext&, PixelBound&);

// Planar YCbCr and grey: the luma plane, limited range stretched to full, more than 8 bits cut to
// 8; all else by libswscale to RGB.
Failure luma_of_frame(const AVFrame&, const PictureOptions&, Luma&);

}  // namespace proviso::media
