// The folder that holds the blobs of one store.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "base/file.h"

namespace proviso::vault {

class BlobFolder {
 public:
  // Error(no_input) if the directory does not exist.
  explicit BlobFolder(std::filesystem::path);
  int descriptor() const { return directory_.get(); }
  void sync() const { base::sync(directory_.get(), path_.string()); }
  // All names in it, page by page, in no order.
  void each_page(const std::function<void(std::span<const std::string>)>& visit) const;

 private:
  std::filesystem::path path_;
  base::UniqueFd directory_;
};

}  // namespace proviso::vault
