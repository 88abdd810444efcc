#include "media/decoder.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

#include "base/file.h"
#include "media/findings_wire.h"
#include "media/grey_png.h"
#include "media/protocol.h"

namespace proviso::media {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Text from the worker may contain anything: keeps printable ASCII.
std::string clean(const char* text, std::size_t size) {
  std::string out(text, ::strnlen(text, size));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

fs::path beside_this_program() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error)
    throw base::Error(base::ExitCode::software, "cannot find this program's directory",
                      "/proc/self/exe");
  return self.parent_path() / "decode-worker";
}

}  // namespace

struct Decoder::Impl {
  Limits limits;
  fs::path program;
  base::UniqueFd socket;
  const std::byte* shared =
      nullptr;  // the worker writes here at any time: copied before it is looked at
  pid_t pid = -1;
  bool ready = false;      // it has reported that it is confined
  Clock::duration busy{};  // with items, since it was started
  // The request that is under way.
  Wanted wanted;
  std::chrono::milliseconds allowed{};
  Clock::time_point begun;

  ~Impl() { stop(); }

  // Returns the wait status, if the worker had ended.
  int stop() {
    socket.reset();
    int status = 0;
    if (pid > 0) {
      ::kill(pid, SIGKILL);
      while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
      }
      pid = -1;
    }
    if (shared != nullptr) ::munmap(const_cast<std::byte*>(shared), kSharedBytes);
    shared = nullptr;
    ready = false;
    busy = {};
    return status;
  }

  void start() {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
      base::throw_errno(errno, "no socket pair", "decode-worker");
    base::UniqueFd ours(pair[0]);
    const base::UniqueFd theirs(pair[1]);
    // Sealed against any other size, so that reading it can never fault.
    const base::UniqueFd memory(::memfd_create("findings", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory || ::ftruncate(memory.get(), static_cast<off_t>(kSharedBytes)) != 0 ||
        ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
      base::throw_errno(errno, "no memory to share", "decode-worker");
    }
    void* const mapped = ::mmap(nullptr, kSharedBytes, PROT_READ, MAP_SHARED, memory.get(), 0);
    if (mapped == MAP_FAILED) base::throw_errno(errno, "no memory to share", "decode-worker");
    shared = static_cast<const std::byte*>(mapped);
    // Both go to numbers that no open descriptor here may have: dup2 onto itself would keep
    // close-on-exec.
    const base::UniqueFd socket_copy(::fcntl(theirs.get(), F_DUPFD_CLOEXEC, kWorkerMemory + 1));
    const base::UniqueFd memory_copy(::fcntl(memory.get(), F_DUPFD_CLOEXEC, kWorkerMemory + 1));
    if (!socket_copy || !memory_copy) base::throw_errno(errno, "no descriptor", "decode-worker");
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, socket_copy.get(), kWorkerSocket);
    ::posix_spawn_file_actions_adddup2(&actions, memory_copy.get(), kWorkerMemory);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    // A process group of its own: the stage obeys an interrupt at the terminal after the current
    // record; the interrupt must not turn that record into a permanent error.
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    std::string name = program.string();
    std::string address_space = std::to_string(limits.memory_bytes);
    char* const arguments[] = {name.data(), address_space.data(), nullptr};
    char* const environment[] = {nullptr};
    const int error =
        ::posix_spawn(&pid, name.c_str(), &actions, &attributes, arguments, environment);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (error != 0) {
      pid = -1;
      base::throw_errno(error, "the decoding worker cannot be started", name,
                        base::ExitCode::software);
    }
    socket = std::move(ours);
  }

  // False if the worker is gone.
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
    std::vector<std::byte> payload;
  };

  // Receives one packet. Its size; 0 if the worker is gone, nullopt if the deadline passed first.
  std::optional<ssize_t> receive_packet(std::span<char> buffer, Clock::time_point deadline) {
    for (;;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
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
    return {"timeout", fmt::format("not decoded within {} ms", allowed.count()), true, {}, {}};
  }

  // The worker died before it saw a file. No item is the cause and none may be lost, so the run
  // ends.
  [[noreturn]] void never_ready() {
    const int status = stop();
    const bool confinement = WIFEXITED(status) && WEXITSTATUS(status) == kExitNotConfined;
    throw base::Error(confinement ? base::ExitCode::no_permission : base::ExitCode::software,
                      confinement ? "the decoding worker cannot be confined, so nothing is decoded"
                                  : "the decoding worker ended before it was ready",
                      program.string());
  }

  base::ItemError out_of_bounds() {
    stop();  // it does not keep to the protocol: what it says is not believed, and it does not read
             // another file
    return {"crashed", "the decoding worker answered out of bounds on this file", false, {}, {}};
  }

  base::Result<Answer> receive() {
    const auto deadline = begun + allowed;
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
    char packet[sizeof(Reply)];
    const auto got = receive_packet(packet, deadline);
    if (!got) return tl::make_unexpected(late());
    busy += Clock::now() - begun;
    if (*got < static_cast<ssize_t>(sizeof(Reply))) {
      stop();
      return base::fail("crashed", "the decoding worker died on this file");
    }
    std::memcpy(&answer.reply, packet, sizeof(Reply));
    const Reply& reply = answer.reply;
    if (reply.magic != kReplyMagic || reply.bytes > kSharedBytes)
      return tl::make_unexpected(out_of_bounds());
    answer.payload.assign(shared, shared + static_cast<std::size_t>(reply.bytes));
    const std::string message = clean(reply.message, sizeof reply.message);
    switch (reply.status) {
      case Status::ok:
        return answer;
      case Status::decode_failed:
        return base::fail("decode_failed", message);
      case Status::too_large:
        return base::fail("too_large", message);
      case Status::unsupported:
        return base::fail("unsupported", message);
      case Status::locked:
        return base::fail("locked", message);
    }
    return tl::make_unexpected(out_of_bounds());
  }

  void ask(Task task, int fd, base::ContentKind kind, const Wanted& what) {
    const bool lasting = kind == base::ContentKind::video || kind == base::ContentKind::archive ||
                         kind == base::ContentKind::mail;
    allowed = std::chrono::milliseconds(lasting ? limits.long_deadline_ms : limits.deadline_ms);
    wanted = what;
    Request request{};
    request.magic = kRequestMagic;
    request.task = task;
    request.max_bytes = limits.max_bytes;
    request.max_picture_bytes = limits.max_picture_bytes;
    request.max_pixels = limits.max_pixels;
    request.max_expanded_bytes = limits.max_expanded_bytes;
    request.max_frames = limits.max_frames;
    request.max_members = limits.max_members;
    request.max_depth = limits.max_depth;
    request.max_expansion = limits.max_expansion;
    for (const base::ContentKind leaf : what.leaves)
      request.leaves |= 1u << static_cast<unsigned>(leaf);
    request.frame_interval_ms = what.frame_interval_ms;
    request.quality_floor = static_cast<std::uint32_t>(what.quality_floor);
    request.md5 = what.leaf_digests.md5;
    request.sha1 = what.leaf_digests.sha1;
    request.sha256 = what.leaf_digests.sha256;
    request.sha512 = what.leaf_digests.sha512;
    request.pdq = what.pdq;
    request.frames = what.frames;
    request.dihedral = what.dihedral;
    request.unletterbox = what.unletterbox;
    // Replaced before its processor time ends during an item.
    if (busy + 2 * std::chrono::milliseconds(limits.long_deadline_ms) >
        std::chrono::seconds(kLifeSeconds))
      stop();
    if (pid < 0) start();
    begun = Clock::now();
    if (send(request, fd)) return;
    stop();  // it died since the last item
    start();
    if (!send(request, fd)) never_ready();  // a new one that is gone already, before it saw a file
  }
};

Decoder::Decoder(Limits limits, fs::path worker) : impl_(std::make_unique<Impl>()) {
  impl_->limits = limits;
  impl_->program = worker.empty() ? beside_this_program() : std::move(worker);
}

Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;

void Decoder::start() {
  if (impl_->pid < 0) impl_->start();
}

void Decoder::begin(int fd, base::ContentKind kind, const Wanted& wanted) {
  impl_->ask(Task::hash, fd, kind, wanted);
}

base::Result<Findings> Decoder::finish() {
  const auto answer = impl_->receive();
  if (!answer) return tl::make_unexpected(answer.error());
  auto findings = read_findings(answer->payload, impl_->limits, impl_->wanted);
  if (!findings) return tl::make_unexpected(impl_->out_of_bounds());
  return std::move(*findings);
}

base::Result<Preview> Decoder::preview(int fd, base::ContentKind kind) {
  impl_->ask(Task::preview, fd, kind, {});
  const auto answer = impl_->receive();
  if (!answer) return tl::make_unexpected(answer.error());
  const Reply& reply = answer->reply;
  const std::size_t samples = std::size_t{reply.preview_width} * reply.preview_height;
  if (samples != answer->payload.size() || samples > kMaxPreviewBytes)
    return tl::make_unexpected(impl_->out_of_bounds());
  const std::vector<std::byte> png =
      encode_grey_png({reinterpret_cast<const std::uint8_t*>(answer->payload.data()), samples},
                      reply.preview_width, reply.preview_height);
  if (png.empty()) return base::fail("decode_failed", "no preview could be made");
  return Preview{std::string(base::as_text(png))};
}

}  // namespace proviso::media
