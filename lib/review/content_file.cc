#include "review/content_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "media/decoder.h"

namespace proviso::review {

ContentFile::ContentFile(std::string path) : path_(std::move(path)) {
  if (path_.empty()) return;
  fd_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd_) base::throw_errno(errno, "cannot be created", path_, base::ExitCode::cannot_create);
}

ContentFile::~ContentFile() {
  if (fd_ && !whole_) ::unlink(path_.c_str());
}

void ContentFile::write(const View& view, bool original) {
  bool reader_gone = false;
  const auto put = [&](std::string_view text) {
    if (fd_) return base::write_all(fd_.get(), text, path_);
    if (reader_gone) return;
    const int failure = base::try_write_all(STDOUT_FILENO, text);
    reader_gone = failure == EPIPE;
    if (failure != 0 && !reader_gone)
      base::throw_errno(failure, "cannot be written", "standard output");
  };
  if (original) {
    view.content([&](std::span<const std::byte> part) { put(base::as_text(part)); });
  } else {
    media::Decoder decoder;
    put(view.preview(decoder));
  }
  if (fd_) base::sync(fd_.get(), path_);
  whole_ = true;
}

}  // namespace proviso::review
