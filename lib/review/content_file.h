// Where the content of a case is written to.
#pragma once

#include <string>

#include "base/file.h"
#include "review/viewing.h"

namespace proviso::review {

// A new file, mode 0600, that is gone again unless all of it was written; or standard output.
class ContentFile {
 public:
  // Empty: standard output. Error(cannot_create), also when the name is taken.
  explicit ContentFile(std::string path);
  ContentFile(const ContentFile&) = delete;
  ContentFile& operator=(const ContentFile&) = delete;
  ~ContentFile();

  // The original bytes, or a small blurred grey PNG (View::preview); the file stays. Once.
  // Error(io); a reader of standard output that went away is not an error.
  void write(const View&, bool original);

 private:
  std::string path_;
  base::UniqueFd fd_;
  bool whole_ = false;
};

}  // namespace proviso::review
