// The decoder's reading of what a worker says that may have been taken over: it must refuse or
// understand, and what it understood must be sayable again.
#include <cstdint>
#include <cstdlib>

#include "media/findings_wire.h"

using namespace proviso;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  media::Wanted wanted;
  wanted.leaves = {base::ContentKind::image, base::ContentKind::video};
  wanted.leaf_digests = {true, true, true, true};
  wanted.pdq = wanted.frames = wanted.dihedral = wanted.unletterbox = true;
  const auto findings = media::read_findings(std::as_bytes(std::span(data, size)), {}, wanted);
  if (findings && !media::read_findings(media::write_findings(*findings), {}, wanted)) std::abort();
  return 0;
}
