extern "C" {
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
}

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <span>
#include <utility>

#include "media/worker/animation.h"
#include "media/worker/libav.h"

namespace proviso::media {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
constexpr std::int64_t kProbeBytes = 8 << 20;
constexpr std::int64_t kSlack =
    AV_TIME_BASE / 2;  // a stream may end this much, or a tenth, before its container says

// Demuxers and decoders that a file can reach: no other is ever opened. None of them decodes sound,
// so sound cannot be decoded even where libav would probe it (Art. 1(2)).
constexpr std::pair<std::string_view, const char*> kDemuxers[] = {
    {"mp4", "mov"},      {"mov", "mov"}, {"3gp", "mov"},  {"webm", "matroska"},
    {"mkv", "matroska"}, {"avi", "avi"}, {"flv", "flv"},  {"mpeg-ps", "mpeg"},
    {"ogv", "ogg"},      {"gif", "gif"}, {"png", "apng"},
};
constexpr char kDecoders[] =
    "h264,hevc,libdav1d,vp8,vp9,mpeg4,h263,mpeg1video,mpeg2video,msmpeg4v2,msmpeg4,mjpeg,theora,"
    "flv,vp6f,wmv1,wmv2,rawvideo,gif,apng,png";

struct CloseInput {
  void operator()(AVFormatContext* input) const {
    AVIOContext* io = input->pb;
    avformat_close_input(&input);
    if (io == nullptr) return;
    av_freep(&io->buffer);
    avio_context_free(&io);
  }
};
using Input = std::unique_ptr<AVFormatContext, CloseInput>;

// Where libav reads from.
struct Position {
  const base::ByteSource& source;
  std::uint64_t offset = 0;
};

int read(void* opaque, std::uint8_t* buffer, int size) {
  auto& position = *static_cast<Position*>(opaque);
  const std::int64_t got = position.source.read_at(
      position.offset, std::as_writable_bytes(std::span(buffer, static_cast<std::size_t>(size))));
  if (got < 0) return AVERROR(EIO);
  if (got == 0) return AVERROR_EOF;
  position.offset += static_cast<std::uint64_t>(got);
  return static_cast<int>(got);
}

std::int64_t seek(void* opaque, std::int64_t offset, int whence) {
  auto& position = *static_cast<Position*>(opaque);
  const auto size = static_cast<std::int64_t>(position.source.size());
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
      return size;
    case SEEK_SET:
      break;
    case SEEK_CUR:
      offset += static_cast<std::int64_t>(position.offset);
      break;
    case SEEK_END:
      offset += size;
      break;
    default:
      return AVERROR(EINVAL);
  }
  if (offset < 0) return AVERROR(EINVAL);
  position.offset = static_cast<std::uint64_t>(offset);
  return offset;
}

const Failure kDamaged{Status::decode_failed, "damaged or cut short"};

// One open video.
class Video {
 public:
  Failure open(Position& position, std::string_view format, std::uint64_t max_pixels) {
    const auto* const entry = std::find_if(std::begin(kDemuxers), std::end(kDemuxers),
                                           [&](const auto& each) { return each.first == format; });
    const AVInputFormat* const demuxer =
        entry == std::end(kDemuxers) ? nullptr : av_find_input_format(entry->second);
    if (demuxer == nullptr)
      return {Status::unsupported, "this version does not read videos of this format"};
    input_.reset(avformat_alloc_context());
    auto* const buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
    AVIOContext* const io = buffer == nullptr ? nullptr
                                              : avio_alloc_context(buffer, kBufferBytes, 0,
                                                                   &position, read, nullptr, seek);
    if (!input_ || io == nullptr) return {Status::decode_failed, "no memory"};
    input_->pb = io;
    input_->flags |= AVFMT_FLAG_CUSTOM_IO;
    // None: probing would open decoders that know no limit of pixels, for streams that come up late
    // too. Ours is the only one.
    input_->codec_whitelist = av_strdup("none");
    input_->format_whitelist = av_strdup(demuxer->name);
    input_->protocol_whitelist = av_strdup("");
    input_->probesize = kProbeBytes;
    input_->max_streams = 64;
    AVFormatContext* raw = input_.release();
    if (avformat_open_input(&raw, "", demuxer, nullptr) !=
        0) {  // frees the context, not what it reads by
      AVIOContext* unused = io;
      av_freep(&unused->buffer);
      avio_context_free(&unused);
      return kDamaged;
    }
    input_.reset(raw);
    discard_all_but_video();
    // EPERM: no stream's parameters are complete without a decoder.
    if (const int code = avformat_find_stream_info(input_.get(), nullptr);
        code < 0 && code != AVERROR(EPERM))
      return kDamaged;
    discard_all_but_video();
    return open_decoder(max_pixels);
  }

  // `on_frame(frame, milliseconds)` returns a Failure; the first one ends the reading.
  template <class OnFrame>
  Failure read_frames(const OnFrame& on_frame) {
    const AvPacket packet(av_packet_alloc());
    const AvFrame frame(av_frame_alloc());
    if (!packet || !frame) return {Status::decode_failed, "no memory"};
    bool cut = false;
    std::int64_t packets = 0;
    int code = 0;
    while ((code = av_read_frame(input_.get(), packet.get())) >= 0) {
      if (packet->stream_index == stream_->index) {
        ++packets;
        cut |= (packet->flags & AV_PKT_FLAG_CORRUPT) != 0;
        if (Failure failure = send(packet.get()); !failure.ok()) return failure;
        if (Failure failure = drain(*frame, on_frame); !failure.ok()) return failure;
      }
      av_packet_unref(packet.get());
    }
    if (Failure failure = send(nullptr); !failure.ok()) return failure;
    if (Failure failure = drain(*frame, on_frame); !failure.ok()) return failure;
    if (frames_ == 0) return {Status::decode_failed, "no frame could be decoded"};
    if (code != AVERROR_EOF || cut || ends_early(packets))
      return {Status::decode_failed, "the file ends before the video does"};
    return {};
  }

 private:
  void discard_all_but_video() {
    for (unsigned i = 0; i < input_->nb_streams; ++i) {
      AVStream& stream = *input_->streams[i];
      const bool picture = stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
                           (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) == 0;
      stream.discard =
          picture && (stream_ == nullptr || &stream == stream_) ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    }
  }

  Failure open_decoder(std::uint64_t max_pixels) {
    for (unsigned i = 0; i < input_->nb_streams && stream_ == nullptr; ++i) {
      if (input_->streams[i]->discard == AVDISCARD_DEFAULT) stream_ = input_->streams[i];
    }
    if (stream_ == nullptr) return {Status::decode_failed, "no video stream"};
    discard_all_but_video();
    // libdav1d before libav's own av1, which needs hardware.
    const AVCodec* const codec = stream_->codecpar->codec_id == AV_CODEC_ID_AV1
                                     ? avcodec_find_decoder_by_name("libdav1d")
                                     : avcodec_find_decoder(stream_->codecpar->codec_id);
    if (codec == nullptr || av_match_list(codec->name, kDecoders, ',') == 0)
      return {Status::unsupported, "a coding of video that is not read"};
    decoder_.reset(avcodec_alloc_context3(codec));
    if (!decoder_ || avcodec_parameters_to_context(decoder_.get(), stream_->codecpar) < 0)
      return kDamaged;
    if (decoder_->width > 0 && decoder_->height > 0 &&
        static_cast<std::uint64_t>(decoder_->width) * static_cast<std::uint64_t>(decoder_->height) >
            max_pixels) {
      return {Status::too_large, "more pixels than the limit"};
    }
    decoder_->thread_count = 1;
    bound_.max_pixels = max_pixels;
    bind(*decoder_, bound_);
    // dav1d allocates memory itself, and reports its own error for it.
    if (codec->id == AV_CODEC_ID_AV1)
      decoder_->max_pixels =
          static_cast<std::int64_t>(std::min<std::uint64_t>(max_pixels, UINT32_MAX));
    decoder_->pkt_timebase = stream_->time_base;
    return avcodec_open2(decoder_.get(), codec, nullptr) == 0 ? Failure{} : kDamaged;
  }

  std::uint32_t milliseconds_of(const AVFrame& frame) {
    std::int64_t at = frame.best_effort_timestamp;
    if (at == AV_NOPTS_VALUE) {
      const AVRational rate = stream_->avg_frame_rate;
      at = rate.num > 0 && rate.den > 0
               ? av_rescale(static_cast<std::int64_t>(frames_) * 1000, rate.den, rate.num)
               : last_ms_;
    } else {
      if (first_ == AV_NOPTS_VALUE) first_ = at;
      at = av_rescale_q(at - first_, stream_->time_base, {1, 1000});
    }
    last_ms_ = std::clamp<std::int64_t>(at, last_ms_, UINT32_MAX);  // time never runs backwards
    return static_cast<std::uint32_t>(last_ms_);
  }

  // A damaged packet loses only its own frames; a frame over the limit is reported. Past its own
  // bound libav forgets the size.
  Failure look_at(int code) const {
    const bool forgotten = sized_ && decoder_->coded_width == 0;
    const bool by_dav1d = decoder_->codec_id == AV_CODEC_ID_AV1 && code == AVERROR(ERANGE);
    if (code < 0 && (bound_.passed || forgotten || by_dav1d))
      return {Status::too_large, "a frame of more pixels than the limit"};
    return {};
  }

  Failure send(const AVPacket* packet) {
    sized_ = decoder_->coded_width != 0;
    return look_at(avcodec_send_packet(decoder_.get(), packet));
  }

  template <class OnFrame>
  Failure drain(AVFrame& frame, const OnFrame& on_frame) {
    for (;;) {
      const int code = avcodec_receive_frame(decoder_.get(), &frame);
      if (code < 0) return look_at(code);
      const std::uint32_t at = milliseconds_of(frame);
      ++frames_;
      Failure failure = on_frame(frame, at);
      av_frame_unref(&frame);
      if (!failure.ok()) return failure;
    }
  }

  bool ends_early(std::int64_t packets) const {
    // AVI counts frames that were dropped and have no packet.
    const std::int64_t dropped = std::string_view(input_->iformat->name) == "avi"
                                     ? std::max<std::int64_t>(3, stream_->nb_frames / 20)
                                     : 0;
    if (stream_->nb_frames > 0 && packets + dropped < stream_->nb_frames) return true;
    if (stream_->duration == AV_NOPTS_VALUE && input_->duration == AV_NOPTS_VALUE)
      return false;  // its length is unknown
    const std::int64_t length =
        stream_->duration != AV_NOPTS_VALUE
            ? av_rescale_q(stream_->duration, stream_->time_base, AVRational{1, AV_TIME_BASE})
            : input_->duration;
    return last_ms_ * 1000 + std::max(kSlack, length / 10) < length;
  }

  Input input_;
  AVStream* stream_ = nullptr;
  PixelBound bound_;    // outlives the decoder
  bool sized_ = false;  // the decoder knew a size before the last packet
  AvCodec decoder_;
  std::uint64_t frames_ = 0;
  std::int64_t first_ = AV_NOPTS_VALUE, last_ms_ = 0;
};

}  // namespace

Failure sample_video(const base::ByteSource& source, std::string_view format,
                     FrameSampler& sampler) {
  Position position{source};
  Video video;
  if (Failure failure = video.open(position, format, sampler.max_pixels()); !failure.ok())
    return failure;
  const AvFrame last(av_frame_alloc());
  if (!last) return {Status::decode_failed, "no memory"};
  const PictureOptions options{sampler.max_pixels(), Luma::Keep::sampled};
  Failure why;
  const auto fill_from = [&](const AVFrame& frame) {
    return [&](Luma& luma) {
      why = luma_of_frame(frame, options, luma);
      return why.ok();
    };
  };
  Failure failure = video.read_frames([&](const AVFrame& frame, std::uint32_t at) {
    const Failure sampled = sampler.frame(at, fill_from(frame));
    av_frame_unref(last.get());
    if (av_frame_ref(last.get(), &frame) != 0) return Failure{Status::decode_failed, "no memory"};
    return why.ok() ? sampled : why;
  });
  if (!failure.ok()) return failure;
  failure = sampler.last(fill_from(*last));
  return why.ok() ? failure : why;
}

Failure decode_first_frame(const base::ByteSource& source, std::string_view format,
                           const PictureOptions& options, Luma& luma) {
  Position position{source};
  Video video;
  if (Failure failure = video.open(position, format, options.max_pixels); !failure.ok())
    return failure;
  bool have = false;
  Failure taken;
  const Failure ended = video.read_frames([&](const AVFrame& frame, std::uint32_t) {
    taken = luma_of_frame(frame, options, luma);
    have = true;
    return Failure{Status::unsupported, "enough"};  // no more frames
  });
  return have ? taken : ended;
}

}  // namespace proviso::media
