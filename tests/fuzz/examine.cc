// Files of every kind through the worker's reading of them, unconfined so that the sanitizers see:
// detection, decoders, containers.
#include <cstdint>
#include <new>

#include "media/worker/content.h"
#include "media/worker/worker.h"

using namespace proviso;

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  media::prepare();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  media::Request request{};
  request.magic = media::kRequestMagic;
  request.task = media::Task::hash;
  request.max_bytes = request.max_picture_bytes = 4u << 20;
  request.max_pixels = 250'000;
  request.max_expanded_bytes = 8u << 20;
  request.max_frames = 4;
  request.max_members = 20;
  request.max_depth = 3;
  request.max_expansion = 100;
  request.leaves = 1u << static_cast<unsigned>(base::ContentKind::image) |
                   1u << static_cast<unsigned>(base::ContentKind::video);
  request.frame_interval_ms = 1000;
  request.md5 = request.sha256 = request.pdq = request.frames = request.dihedral =
      request.unletterbox = 1;
  media::Findings findings;
  try {
    static_cast<void>(media::examine(base::MemorySource(std::as_bytes(std::span(data, size))),
                                     request, findings));
  } catch (const std::bad_alloc&) {  // the worker's limit of memory: an error of the item
  }
  return 0;
}
