// findings_seed FILE: findings with every kind of leaf, as the worker writes them, for the fuzzer
// of their reader to begin with.
#include "base/file.h"
#include "media/findings_wire.h"

using namespace proviso;

int main(int argc, char** argv) {
  if (argc != 2) return 64;
  media::Findings findings;
  findings.container = true;
  findings.skipped = {1, 2, 1, 4};
  media::Leaf& picture = findings.leaves.emplace_back();
  picture.kind = base::ContentKind::image;
  picture.digests.bytes = 77;
  picture.digests.md5.emplace().fill(std::byte{5});
  picture.digests.sha256.emplace().fill(std::byte{6});
  picture.by = "decoder 1";
  picture.picture.emplace();
  picture.picture->pdq = {{{1, 2, 3, 4}}, 90};
  picture.picture->width = 640;
  picture.picture->height = 480;
  picture.picture->dihedral.emplace();
  picture.picture->unletterboxed = pdq::Result{{{5, 6, 7, 8}}, 70};
  media::Leaf& video = findings.leaves.emplace_back();
  video.index = 1;
  video.kind = base::ContentKind::video;
  video.frames.emplace();
  video.frames->kept = {{{{1, 1, 1, 1}}, 80, 0, 0}, {{{2, 2, 2, 2}}, 60, 30, 1000}};
  video.frames->sampled = 4;
  video.frames->low_quality = video.frames->duplicates = 1;
  video.frames->milliseconds = 1900;
  media::Leaf& unread = findings.leaves.emplace_back();
  unread.index = 2;
  unread.error = base::ItemError{"locked", "encrypted", false, {}, {}};
  base::write_new_file(argv[1], base::as_text(media::write_findings(findings)));
  return 0;
}
