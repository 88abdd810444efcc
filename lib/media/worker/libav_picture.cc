#include <cerrno>
#include <cstring>

#include "media/worker/libav.h"
#include "media/worker/pictures.h"

namespace proviso::media {
namespace {

struct Bound {
  std::uint64_t max_pixels;
  bool passed = false;
};

// Asked for the memory of a picture's pixels, once its size is known: the place to refuse it as too large, and not as damaged.
int memory_for(AVCodecContext* context, AVFrame* frame, int flags) {
  auto& bound = *static_cast<Bound*>(context->opaque);
  if (frame->width > 0 && frame->height > 0 &&
      static_cast<std::uint64_t>(frame->width) * static_cast<std::uint64_t>(frame->height) > bound.max_pixels) {
    bound.passed = true;
    return AVERROR(ENOMEM);
  }
  return avcodec_default_get_buffer2(context, frame, flags);
}

}  // namespace

Failure decode_by_libav(File file, const char* decoder, const PictureOptions& options, Luma& luma) {
  const AVCodec* const codec = avcodec_find_decoder_by_name(decoder);
  if (codec == nullptr) return {Status::unsupported, "this build of libavcodec has no such decoder"};
  const AvCodec context(avcodec_alloc_context3(codec));
  const AvPacket packet(av_packet_alloc());
  const AvFrame frame(av_frame_alloc());
  if (!context || !packet || !frame) return {Status::decode_failed, "no memory"};
  context->thread_count = 1;
  Bound bound{options.max_pixels};
  context->opaque = &bound;
  context->get_buffer2 = memory_for;
  if (avcodec_open2(context.get(), codec, nullptr) != 0) return {Status::decode_failed, "the decoder does not start"};
  if (file.size() > INT32_MAX || av_new_packet(packet.get(), static_cast<int>(file.size())) != 0) return {Status::decode_failed, "no memory"};
  std::memcpy(packet->data, file.data(), file.size());
  int code = avcodec_send_packet(context.get(), packet.get());
  if (code == 0) static_cast<void>(avcodec_send_packet(context.get(), nullptr));
  if (code == 0) code = avcodec_receive_frame(context.get(), frame.get());
  // A picture that ends early is a failure, not a grey field.
  if (code == 0 && (frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0)) code = AVERROR_INVALIDDATA;
  if (code == 0) return luma_of_frame(*frame, options, luma);
  if (bound.passed) return {Status::too_large, "more pixels than the limit"};
  return {Status::decode_failed, "damaged or cut short"};
}

}  // namespace proviso::media
