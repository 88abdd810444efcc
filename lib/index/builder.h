// Compiles lists into the file that `match` maps. The same entries give the same bytes, in whatever
// order they are added. A Builder is used by one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crypto/keys.h"
#include "index/entry_sorter.h"
#include "index/list.h"
#include "law/instrument.h"
#include "policy/policy.h"

namespace proviso::index {

class SectionDraft;

struct BuildSettings {
  std::uint64_t memory = kDefaultSortBytes;  // of the sort; more entries than fit go through
                                             // temporary files beside the output
  unsigned threads = 2;
  bool strict = false;  // refuse a list with any bad line; else one with more than 1% of them
};

struct BuildReport {
  std::uint64_t entries = 0, duplicates = 0, rejected = 0, suspended = 0;
  std::map<std::string, ListReport> lists;  // by name
  std::string sha256;                       // the index version
};

class Builder {
 public:
  // Error(config) with SC-08 if a list was made for another purpose than against child sexual abuse
  // (lists of known-good files excepted).
  Builder(std::filesystem::path out, std::vector<policy::List> lists, const law::Resolved&,
          BuildSettings);
  ~Builder();

  // Adds an entry to the list of this name. Error(data) if it is a list of known-good files and the
  // entry has more than exact digests.
  void add(const std::string& list, const ListEntry&);
  void made_from(const std::string& list, std::string file_sha256);
  // Writes the file under another name and renames it; signs it if `key` is given. Call it once, at
  // the end.
  BuildReport write(const crypto::PrivateKey* key);

 private:
  struct List {
    policy::List about;
    std::string file_sha256;
    std::uint32_t first_section = 0;    // one number a hash type from here
    std::vector<std::uint32_t> videos;  // of videos_
  };
  struct Video {
    std::string id;
    std::uint32_t line = 0, label = 0;
    std::uint16_t flags = 0;
    std::uint32_t number = 0;  // in its section
  };
  void number_videos();
  std::map<std::uint32_t, std::unique_ptr<SectionDraft>> draft_sections();
  void write_file(std::map<std::uint32_t, std::unique_ptr<SectionDraft>>&,
                  const crypto::PrivateKey* key);

  std::filesystem::path out_;
  BuildSettings settings_;
  std::map<std::string, List> lists_;  // their order is that of the sections
  std::vector<std::string> names_;
  std::vector<Video> videos_;
  EntrySorter sorter_;
  BuildReport report_;
};

// Reads the lists and builds. Calls `rejected` for every line that is left out.
using RejectedLine = std::function<void(const policy::List&, const BadLine&)>;
BuildReport build(const std::filesystem::path& out, const std::vector<policy::List>& lists,
                  const crypto::PrivateKey* key, const law::Resolved&, const BuildSettings& = {},
                  const RejectedLine& rejected = {});

}  // namespace proviso::index
