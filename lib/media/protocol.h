// The protocol of decoder and worker: one packet a request, one a reply, over a SOCK_SEQPACKET
// pair. The findings are in memory that both share, in the form of findings_wire.h; the reply has
// their size. Both sides check every field: the worker may have been taken over by the file it
// reads. The worker first sends one Ready, once it is confined and before it has seen a file: so
// only a worker that no file has touched can report that confinement failed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace proviso::media {

constexpr std::uint32_t kRequestMagic = 0x32715650;  // "PVq2"
constexpr std::uint32_t kReplyMagic = 0x32725650;    // "PVr2"
constexpr std::uint32_t kReadyMagic = 0x31635650;    // "PVc1"
constexpr int kWorkerSocket = 3;
constexpr int kWorkerMemory = 4;  // memfd of kSharedBytes
constexpr std::size_t kSharedBytes = std::size_t{32} << 20;
constexpr int kExitNotConfined = 77;  // EX_NOPERM
constexpr int kLifeSeconds = 7200;    // of processor time; a worker is replaced long before
constexpr int kPreviewEdge = 96;      // pixels
constexpr std::size_t kMaxPreviewBytes = std::size_t{kPreviewEdge} * kPreviewEdge;

enum class Task : std::uint32_t { hash = 1, preview = 2 };
enum class Status : std::uint32_t {
  ok = 0,
  decode_failed = 1,
  too_large = 2,
  unsupported = 3,
  locked = 4
};

struct Ready {
  std::uint32_t magic;
};

// With one descriptor (SCM_RIGHTS) of the file, read with pread only.
struct Request {
  std::uint32_t magic;
  Task task;
  std::uint64_t max_bytes, max_picture_bytes, max_pixels, max_expanded_bytes;
  std::uint32_t max_frames, max_members, max_depth, max_expansion;
  std::uint32_t leaves;  // bit (1 << ContentKind) for each kind that may be read
  std::uint32_t frame_interval_ms, quality_floor;
  std::uint8_t md5, sha1, sha256, sha512, pdq, frames, dihedral, unletterbox;  // 0 or 1
};

struct Reply {
  std::uint32_t magic;
  Status status;
  std::uint64_t bytes;  // in the shared memory: findings, or the luma samples of a preview
  std::uint32_t preview_width, preview_height;
  char message[160];  // NUL terminated
};

}  // namespace proviso::media
