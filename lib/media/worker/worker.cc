#include "media/worker/worker.h"

#include <libheif/heif.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <optional>
#include <span>
#include <vector>

#include "base/byte_source.h"
#include "base/file.h"
#include "digest/digest.h"
#include "media/findings_wire.h"
#include "media/protocol.h"
#include "media/worker/content.h"
#include "media/worker/libav.h"
#include "media/worker/mail.h"
#include "media/worker/preview.h"
#include "media/worker/sandbox.h"

namespace proviso::media {
namespace {

struct Received {
  Request request;
  base::UniqueFd file;
};

bool send_packet(const void* bytes, std::size_t size) {
  iovec data{const_cast<void*>(bytes), size};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(kWorkerSocket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(size);
}

// nullopt if the other side closed, or sent something that is not a request.
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
  if (got != static_cast<ssize_t>(sizeof received.request) ||
      received.request.magic != kRequestMagic)
    return std::nullopt;
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS ||
      header->cmsg_len != CMSG_LEN(sizeof(int)))
    return std::nullopt;
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  received.file.reset(fd);
  return received;
}

void put_text(char* to, std::size_t size, const std::string& text) {
  const std::size_t length = std::min(size - 1, text.size());
  std::memcpy(to, text.data(), length);
  to[length] = '\0';
}

Failure hash(const base::ByteSource& source, const Request& request,
             std::vector<std::byte>& payload) {
  Findings findings;
  Failure failure = examine(source, request, findings);
  if (!failure.ok()) return failure;
  payload = write_findings(findings);
  if (payload.size() > kSharedBytes) return {Status::too_large, "more was found than can be told"};
  return {};
}

Failure preview(const base::ByteSource& source, const Request& request,
                std::vector<std::byte>& payload, Reply& reply) {
  Luma luma;
  if (Failure failure = picture_of(source, request, luma); !failure.ok()) return failure;
  const SmallPicture small = blurred(luma.plane());
  reply.preview_width = small.width;
  reply.preview_height = small.height;
  const auto bytes = std::as_bytes(std::span(small.samples));
  payload.assign(bytes.begin(), bytes.end());
  return {};
}

void answer(const Received& received, std::byte* shared) {
  Reply reply{};
  reply.magic = kReplyMagic;
  std::vector<std::byte> payload;
  const base::FileSource source(received.file.get());
  Failure failure;
  try {
    failure = received.request.task == Task::preview
                  ? preview(source, received.request, payload, reply)
                  : hash(source, received.request, payload);
  } catch (const std::bad_alloc&) {
    failure = {Status::too_large, "needs more memory than the limit"};
  }
  if (!failure.ok()) payload.clear();
  if (!payload.empty()) std::memcpy(shared, payload.data(), payload.size());
  reply.bytes = payload.size();
  reply.status = failure.status;
  put_text(reply.message, sizeof reply.message, failure.message);
  send_packet(&reply, sizeof reply);
}

}  // namespace

int worker_main(std::uint64_t memory_bytes) {
  ::close_range(kWorkerMemory + 1, ~0u, 0);
  void* const shared =
      ::mmap(nullptr, kSharedBytes, PROT_READ | PROT_WRITE, MAP_SHARED, kWorkerMemory, 0);
  if (shared == MAP_FAILED) return kExitNotConfined;
  prepare();
  confine_this_process(memory_bytes);
  const Ready ready{kReadyMagic};
  if (!send_packet(&ready, sizeof ready)) return 0;
  while (const auto received = receive()) answer(*received, static_cast<std::byte*>(shared));
  return 0;
}

void prepare() {
  digest::prepare();
  silence_libav();
  prepare_mail();
  static_cast<void>(heif_init(nullptr));
  ::mallopt(M_ARENA_MAX, 1);  // decoders' threads share one heap: address space is limited
  ::mallopt(M_MMAP_THRESHOLD,
            1 << 28);  // buffers of one picture serve the next: no page is faulted in twice
  ::mallopt(M_TRIM_THRESHOLD, 1 << 28);
}

}  // namespace proviso::media
