#include "vault/blob_folder.h"

#include <dirent.h>

#include <cerrno>
#include <vector>

#include "vault/case_database.h"

namespace proviso::vault {

BlobFolder::BlobFolder(std::filesystem::path path)
    : path_(std::move(path)), directory_(base::open_directory(path_)) {}

void BlobFolder::each_page(const std::function<void(std::span<const std::string>)>& visit) const {
  const base::UniqueDirectory listing(::opendir(path_.c_str()));
  if (!listing) base::throw_errno(errno, "cannot list", path_.string());
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(listing.get());
    if (entry == nullptr && errno != 0) base::throw_errno(errno, "cannot list", path_.string());
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
    if (names.size() < kPage) continue;
    visit(names);
    names.clear();
  }
  if (!names.empty()) visit(names);
}

}  // namespace proviso::vault
