#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/content_kind.h"
#include "base/file.h"
#include "media/decoder.h"
#include "media/image.h"
#include "media/protocol.h"
#include "media/sandbox.h"

namespace proviso::media {
namespace {

struct Received {
  Request request;
  base::UniqueFd file;
};

// nullopt when the other side closed, or sent what is no request.
std::optional<Received> receive() {
  Received received{};
  iovec data{&received.request, sizeof received.request};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got = 0;
  do {
    got = ::recvmsg(kWorkerSocket, &message, 0);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof received.request) || received.request.magic != kRequestMagic) return std::nullopt;
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int))) return std::nullopt;
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  received.file.reset(fd);
  return received;
}

Failure read_whole(int fd, std::uint64_t max_bytes, std::vector<std::byte>& out) {
  struct stat status{};
  if (::fstat(fd, &status) != 0 || status.st_size < 0) return {Status::decode_failed, "the file cannot be read"};
  if (static_cast<std::uint64_t>(status.st_size) > max_bytes) return {Status::too_large, "more bytes than the limit"};
  out.resize(static_cast<std::size_t>(status.st_size));
  for (std::size_t have = 0; have < out.size();) {
    const ssize_t got = ::pread(fd, out.data() + have, out.size() - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {Status::decode_failed, "the file ended while it was read"};
    have += static_cast<std::size_t>(got);
  }
  return {};
}

void put_text(char* to, std::size_t size, const std::string& text) {
  const std::size_t length = std::min(size - 1, text.size());
  std::memcpy(to, text.data(), length);
  to[length] = '\0';
}

Failure decode(int fd, const Request& request, Luma& luma, std::string& by) {
  std::vector<std::byte> file;
  if (Failure failure = read_whole(fd, request.max_bytes, file); failure.status != Status::ok) return failure;
  const base::DetectedKind kind = base::detect_kind(std::span<const std::byte>(file).first(std::min(file.size(), base::kKindHeadBytes)));
  if (kind.format == "jpeg") {
    by = jpeg_decoder_name();
    return decode_jpeg(file, request.max_pixels, luma);
  }
  if (kind.format == "png") {
    by = png_decoder_name();
    return decode_png(file, request.max_pixels, luma);
  }
  return {Status::unsupported, "this version decodes JPEG and PNG"};
}

void answer(const Received& received) {
  Reply reply{};
  reply.magic = kReplyMagic;
  Luma luma;
  std::string by;
  Luma small;
  Failure failure = decode(received.file.get(), received.request, luma, by);
  if (failure.status == Status::ok) {
    reply.width = static_cast<std::uint32_t>(luma.width);
    reply.height = static_cast<std::uint32_t>(luma.height);
    put_text(reply.by, sizeof reply.by, by);
    if (received.request.task == Task::preview) {
      small = blurred(luma);
      reply.preview_width = static_cast<std::uint32_t>(small.width);
      reply.preview_height = static_cast<std::uint32_t>(small.height);
      reply.preview_bytes = static_cast<std::uint32_t>(small.pixels.size());
    } else {
      const pdq::Result result = pdq::hash({luma.pixels.data(), luma.width, luma.height, static_cast<std::size_t>(luma.width)});
      reply.quality = static_cast<std::uint32_t>(result.quality);
      std::copy(result.hash.words.begin(), result.hash.words.end(), reply.hash);
    }
  }
  reply.status = failure.status;
  put_text(reply.message, sizeof reply.message, failure.message);
  iovec data[2] = {{&reply, sizeof reply}, {small.pixels.data(), small.pixels.size()}};
  msghdr message{};
  message.msg_iov = data;
  message.msg_iovlen = 2;
  while (::sendmsg(kWorkerSocket, &message, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

}  // namespace

int worker_main(std::uint64_t memory_bytes) {
  ::close_range(kWorkerSocket + 1, ~0u, 0);
  confine_this_process(memory_bytes);
  Ready ready{kReadyMagic};
  iovec data{&ready, sizeof ready};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (::sendmsg(kWorkerSocket, &message, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof ready)) return 0;
  while (const auto received = receive()) answer(*received);
  return 0;
}

}  // namespace proviso::media
