// What decoder and worker say to each other: one packet a request, one a reply, over a SOCK_SEQPACKET pair. Both sides check
// every field: the worker may have been taken over by the file it reads. Before all else the worker says one Ready, once it
// is confined and before it has seen a file: so only a worker that no file has touched can say that confinement failed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace proviso::media {

constexpr std::uint32_t kRequestMagic = 0x31715650;   // "PVq1"
constexpr std::uint32_t kReplyMagic = 0x31725650;     // "PVr1"
constexpr std::uint32_t kReadyMagic = 0x31635650;     // "PVc1"
constexpr int kWorkerSocket = 3;
constexpr int kExitNotConfined = 77;                  // EX_NOPERM
constexpr int kLifeSeconds = 3600;                    // of processor time; a worker is replaced long before
constexpr int kPreviewEdge = 96;                      // pixels
constexpr std::size_t kMaxPreviewBytes = std::size_t{kPreviewEdge} * kPreviewEdge;

enum class Task : std::uint32_t { hash = 1, preview = 2 };
enum class Status : std::uint32_t { ok = 0, decode_failed = 1, too_large = 2, unsupported = 3 };

struct Ready {
  std::uint32_t magic;
};

// With one descriptor (SCM_RIGHTS) of the file, read with pread only.
struct Request {
  std::uint32_t magic;
  Task task;
  std::uint64_t max_bytes, max_pixels;
};

struct Reply {
  std::uint32_t magic;
  Status status;
  std::uint32_t width, height, quality;
  std::uint32_t preview_width, preview_height, preview_bytes;   // bare luma samples behind this struct, in the same packet
  std::uint64_t hash[4];
  char by[64];                      // NUL terminated
  char message[128];                // NUL terminated
};

}  // namespace proviso::media
