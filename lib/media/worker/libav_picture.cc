#include <cerrno>
#include <cstring>

#include "media/worker/libav.h"
#include "media/worker/pictures.h"

namespace proviso::media {
Failure decode_by_libav(File file, const char* decoder, const PictureOptions& options, Luma& luma) {
  const AVCodec* const codec = avcodec_find_decoder_by_name(decoder);
  if (codec == nullptr)
    return {Status::unsupported, "this build of libavcodec has no such decoder"};
  const AvCodec context(avcodec_alloc_context3(codec));
  const AvPacket packet(av_packet_alloc());
  const AvFrame frame(av_frame_alloc());
  if (!context || !packet || !frame) return {Status::decode_failed, "no memory"};
  context->thread_count = 1;
  PixelBound bound{options.max_pixels};
  bind(*context, bound);
  if (avcodec_open2(context.get(), codec, nullptr) != 0)
    return {Status::decode_failed, "the decoder does not start"};
  if (file.size() > INT32_MAX || av_new_packet(packet.get(), static_cast<int>(file.size())) != 0)
    return {Status::decode_failed, "no memory"};
  std::memcpy(packet->data, file.data(), file.size());
  int code = avcodec_send_packet(context.get(), packet.get());
  if (code == 0) static_cast<void>(avcodec_send_packet(context.get(), nullptr));
  if (code == 0) code = avcodec_receive_frame(context.get(), frame.get());
  // A picture that ends early is a failure, not a grey field.
  if (code == 0 && (frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0))
    code = AVERROR_INVALIDDATA;
  if (code == 0) return luma_of_frame(*frame, options, luma);
  if (bound.passed) return {Status::too_large, "more pixels than the limit"};
  return {Status::decode_failed, "damaged or cut short"};
}

}  // namespace proviso::media
