// Files to hash, one after the other: those named, those below named directories in name order,
// those of a list. Holds only the names of the directories it is in, so that a million files take
// no more memory than the largest directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proviso::stage {

class FileWalk {
 public:
  // `list`: more names, one a line or NUL terminated, read as they are needed; "-" is standard
  // input. Error(no_input) when it cannot be opened.
  FileWalk(std::vector<std::filesystem::path> named, const std::optional<std::string>& list,
           bool nul_terminated);
  ~FileWalk();

  // Symbolic links are followed when they are named, and skipped inside a directory, as are pipes,
  // sockets and devices. A named file that is not regular is returned too, so that its error is
  // reported; so are a directory that cannot be read and an entry whose status cannot be read.
  // nullopt at the end. Error(io) if the list cannot be read.
  std::optional<std::filesystem::path> next();

 private:
  struct Directory {
    std::filesystem::path path;
    std::vector<std::string> names;  // descending: the next one is the last
  };
  std::optional<std::filesystem::path> next_named();
  bool enter(const std::filesystem::path&);  // false when it cannot be read

  std::vector<std::filesystem::path> named_;
  std::size_t at_ = 0;
  std::unique_ptr<std::ifstream> file_;
  std::istream* list_ = nullptr;
  std::string list_name_;
  char end_of_name_ = '\n';
  std::vector<Directory> open_;
};

}  // namespace proviso::stage
