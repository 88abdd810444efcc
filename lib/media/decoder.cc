#include "media/decoder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <system_error>

#include "base/file.h"
#include "media/image.h"
#include "media/protocol.h"

namespace proviso::media {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Text from the worker may be anything: printable ASCII is kept.
std::string clean(const char* text, std::size_t size) {
  std::string out(text, ::strnlen(text, size));
  std::replace_if(out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

fs::path beside_this_program() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) throw base::Error(base::ExitCode::software, "cannot find this program's directory", "/proc/self/exe");
  return self.parent_path() / "decode-worker";
}

}  // namespace

struct Decoder::Impl {
  Limits limits;
  fs::path program;
  base::UniqueFd socket;
  pid_t pid = -1;
  bool ready = false;         // it has said that it is confined
  Clock::duration busy{};     // with items, since it was started

  ~Impl() { stop(); }

  // Gives the wait status: how it had ended, if it had.
  int stop() {
    socket.reset();
    int status = 0;
    if (pid > 0) {
      ::kill(pid, SIGKILL);
      while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
      }
      pid = -1;
    }
    ready = false;
    busy = {};
    return status;
  }

  void start() {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) base::throw_errno(errno, "no socket pair", "decode-worker");
    base::UniqueFd ours(pair[0]);
    const base::UniqueFd theirs(pair[1]);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), kWorkerSocket);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    // A process group of its own: an interrupt at the terminal is the stage's to obey, after the record in hand, and must not turn
    // that record into a permanent error.
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    std::string name = program.string();
    std::string memory = std::to_string(limits.memory_bytes);
    char* const arguments[] = {name.data(), memory.data(), nullptr};
    char* const environment[] = {nullptr};
    const int error = ::posix_spawn(&pid, name.c_str(), &actions, &attributes, arguments, environment);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (error != 0) {
      pid = -1;
      base::throw_errno(error, "the decoding worker cannot be started", name, base::ExitCode::software);
    }
    socket = std::move(ours);
  }

  // False when the worker is not there to take it.
  bool send(const Request& request, int fd) {
    iovec data{const_cast<Request*>(&request), sizeof request};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    ssize_t sent = 0;
    do {
      sent = ::sendmsg(socket.get(), &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent == static_cast<ssize_t>(sizeof request);
  }

  struct Answer {
    Reply reply;
    std::string preview;
  };

  // One packet; its size, 0 when the worker is gone, nullopt when the deadline passed first.
  std::optional<ssize_t> receive_packet(std::span<char> buffer, Clock::time_point deadline) {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
      pollfd wait{socket.get(), POLLIN, 0};
      const int events = ::poll(&wait, 1, static_cast<int>(std::clamp<long long>(left, 0, 60'000)));
      if (events < 0 && errno == EINTR) continue;
      if (events > 0) break;
      if (Clock::now() >= deadline) return std::nullopt;
    }
    return std::max<ssize_t>(0, ::recv(socket.get(), buffer.data(), buffer.size(), 0));
  }

  base::ItemError late() {
    stop();
    return {"timeout", fmt::format("not decoded within {} ms", limits.deadline.count()), true, {}, {}};
  }

  // It dies here without having seen a file, so no item is to blame, and no item may be lost for it: the run ends.
  [[noreturn]] void never_ready() {
    const int status = stop();
    const bool confinement = WIFEXITED(status) && WEXITSTATUS(status) == kExitNotConfined;
    throw base::Error(confinement ? base::ExitCode::no_permission : base::ExitCode::software,
                      confinement ? "the decoding worker cannot be confined, so nothing is decoded"
                                  : "the decoding worker ended before it was ready",
                      program.string());
  }

  base::Result<Answer> receive() {
    const auto begun = Clock::now();
    const auto deadline = begun + limits.deadline;
    if (!ready) {
      Ready said{};
      char bytes[sizeof said];
      const auto got = receive_packet(bytes, deadline);
      if (!got) return tl::make_unexpected(late());
      std::memcpy(&said, bytes, sizeof said);
      if (*got != static_cast<ssize_t>(sizeof said) || said.magic != kReadyMagic) never_ready();
      ready = true;
    }
    Answer answer{};
    std::vector<char> buffer(sizeof(Reply) + kMaxPreviewBytes);
    const auto received = receive_packet(buffer, deadline);
    if (!received) return tl::make_unexpected(late());
    busy += Clock::now() - begun;
    const ssize_t got = *received;
    if (got < static_cast<ssize_t>(sizeof(Reply))) {
      stop();
      return base::fail("crashed", "the decoding worker died on this file");
    }
    std::memcpy(&answer.reply, buffer.data(), sizeof(Reply));
    const std::size_t rest = static_cast<std::size_t>(got) - sizeof(Reply);
    if (answer.reply.magic != kReplyMagic || answer.reply.preview_bytes != rest ||
        std::uint64_t{answer.reply.preview_width} * answer.reply.preview_height != rest || answer.reply.quality > 100 ||
        std::uint64_t{answer.reply.width} * answer.reply.height > limits.max_pixels) {
      stop();      // it does not keep to the protocol: what it says is not believed, and it does not read another file
      return base::fail("crashed", "the decoding worker answered out of bounds on this file");
    }
    answer.preview.assign(buffer.data() + sizeof(Reply), rest);
    return answer;
  }

  base::Result<Answer> ask(Task task, int fd) {
    const Request request{kRequestMagic, task, limits.max_bytes, limits.max_pixels};
    if (busy + 2 * limits.deadline > std::chrono::seconds(kLifeSeconds)) stop();   // before its processor time ends amid an item
    if (pid < 0) start();
    if (!send(request, fd)) {      // it died since the last item
      stop();
      start();
      if (!send(request, fd)) {
        stop();
        return base::fail("crashed", "the decoding worker does not take requests", true);
      }
    }
    auto answer = receive();
    if (!answer) return answer;
    const std::string message = clean(answer->reply.message, sizeof answer->reply.message);
    switch (answer->reply.status) {
      case Status::ok: return answer;
      case Status::decode_failed: return base::fail("decode_failed", message);
      case Status::too_large: return base::fail("too_large", message);
      case Status::unsupported: return base::fail("unsupported", message);
    }
    stop();
    return base::fail("crashed", "the decoding worker answered out of bounds on this file");
  }
};

Decoder::Decoder(Limits limits, fs::path worker) : impl_(std::make_unique<Impl>()) {
  impl_->limits = limits;
  impl_->program = worker.empty() ? beside_this_program() : std::move(worker);
}

Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;

base::Result<Decoded> Decoder::hash_image(int fd) {
  const auto answer = impl_->ask(Task::hash, fd);
  if (!answer) return tl::make_unexpected(answer.error());
  Decoded decoded;
  std::copy(std::begin(answer->reply.hash), std::end(answer->reply.hash), decoded.pdq.hash.words.begin());
  decoded.pdq.quality = static_cast<int>(answer->reply.quality);
  decoded.width = static_cast<int>(answer->reply.width);
  decoded.height = static_cast<int>(answer->reply.height);
  decoded.by = clean(answer->reply.by, sizeof answer->reply.by);
  return decoded;
}

base::Result<Preview> Decoder::preview(int fd) {
  auto answer = impl_->ask(Task::preview, fd);
  if (!answer) return tl::make_unexpected(answer.error());
  // The PNG is made here, of bare samples: no file that the worker wrote reaches a reviewer's viewer.
  Luma samples;
  samples.width = static_cast<int>(answer->reply.preview_width);
  samples.height = static_cast<int>(answer->reply.preview_height);
  samples.pixels.assign(answer->preview.begin(), answer->preview.end());
  const std::vector<std::byte> png = encode_grey_png(samples);
  if (png.empty()) return base::fail("decode_failed", "no preview could be made");
  return Preview{std::string(base::as_text(png))};
}

}  // namespace proviso::media
