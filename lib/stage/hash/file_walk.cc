#include "stage/hash/file_walk.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <system_error>

#include "base/error.h"

namespace proviso::stage {

namespace fs = std::filesystem;

FileWalk::FileWalk(std::vector<fs::path> named, const std::optional<std::string>& list,
                   bool nul_terminated)
    : named_(std::move(named)), end_of_name_(nul_terminated ? '\0' : '\n') {
  if (!list) return;
  list_name_ = *list;
  if (*list == "-") {
    list_ = &std::cin;
    return;
  }
  file_ = std::make_unique<std::ifstream>(*list);
  if (!*file_) throw base::Error(base::ExitCode::no_input, "cannot be read", *list);
  list_ = file_.get();
}

FileWalk::~FileWalk() = default;

std::optional<fs::path> FileWalk::next_named() {
  if (at_ < named_.size()) return std::move(named_[at_++]);
  if (list_ == nullptr) return std::nullopt;
  for (std::string line; std::getline(*list_, line, end_of_name_);) {
    if (!line.empty()) return fs::path(std::move(line));
  }
  if (list_->bad())
    throw base::Error(base::ExitCode::io, "the list of names cannot be read", list_name_);
  return std::nullopt;
}

bool FileWalk::enter(const fs::path& path) {
  Directory directory{path, {}};
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    directory.names.push_back(it->path().filename().string());
  }
  if (error) return false;
  std::sort(directory.names.begin(), directory.names.end(), std::greater<>());
  open_.push_back(std::move(directory));
  return true;
}

std::optional<fs::path> FileWalk::next() {
  std::error_code error;
  for (;;) {
    if (open_.empty()) {
      auto path = next_named();
      if (!path || !fs::is_directory(*path, error)) return path;
      if (!enter(*path)) return path;
      continue;
    }
    Directory& directory = open_.back();
    if (directory.names.empty()) {
      open_.pop_back();
      continue;
    }
    fs::path path = directory.path / directory.names.back();
    directory.names.pop_back();
    const auto status = fs::symlink_status(path, error);
    if (fs::is_directory(status)) {
      if (!enter(path)) return path;
    } else if (fs::is_regular_file(status) || !fs::status_known(status) || error) {
      return path;
    }
  }
}

}  // namespace proviso::stage
