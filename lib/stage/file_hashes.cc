#include "stage/file_hashes.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <thread>

#include "base/file.h"
#include "stage/content_hash.h"

namespace proviso::stage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesPerTurn = 256;

base::Result<json::Json> hash_one(const fs::path& path, const std::optional<fs::path>& spool, media::Decoder& decoder) {
  std::error_code ignored;
  if (spool) {
    const fs::path real = fs::weakly_canonical(path, ignored);
    const auto [end, rest] = std::mismatch(spool->begin(), spool->end(), real.begin(), real.end());
    if (end == spool->end()) return base::fail("no_permission", "the file lies in the spool: only the stream may read it");
  }
  const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return base::fail(errno == ENOENT ? "content_gone" : "content_unreadable", std::strerror(errno));
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return base::fail("content_unreadable", "not a regular file");
  }
  const auto kind = kind_of(fd.get());
  if (!kind) return tl::make_unexpected(kind.error());
  auto content = hash_content(fd.get(), *kind, {{true, true, true}, true}, decoder);
  if (!content && content.error().code == "unsupported") {
    content = hash_content(fd.get(), *kind, {{true, true, true}, false}, decoder);   // still has digests
  }
  if (!content) return tl::make_unexpected(content.error());
  return to_json(*content);
}

std::string line_of(const fs::path& path, const base::Result<json::Json>& result) {
  json::OrderedJson line;
  line["path"] = path.string();
  if (result) {
    for (const char* name : {"bytes", "kind", "md5", "sha1", "sha256", "pdq", "pdq_quality", "by"}) {
      if (result->contains(name)) line[name] = (*result)[name];
    }
  } else {
    line["error"] = {{"tool", "hash"}, {"code", result.error().code}, {"message", result.error().message}};
  }
  // A file name need not be UTF-8; it must not end the run.
  return line.dump(-1, ' ', false, json::OrderedJson::error_handler_t::replace) + "\n";
}

void walk(const fs::path& path, std::vector<fs::path>& out) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    out.push_back(path);
    return;
  }
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, error), end; it != end;
       it.increment(error)) {
    if (it->is_regular_file(error) && !it->is_symlink(error)) found.push_back(it->path());
  }
  std::sort(found.begin(), found.end());
  out.insert(out.end(), found.begin(), found.end());
}

}  // namespace

base::ExitCode hash_files(const FileHashSettings& settings, int output, ndjson::StreamCounts& counts) {
  std::vector<fs::path> files;
  for (const fs::path& path : settings.files) walk(path, files);
  std::optional<fs::path> spool;
  if (settings.spool) {
    std::error_code ignored;
    spool = fs::weakly_canonical(*settings.spool, ignored);
  }

  const unsigned jobs = std::max(1u, settings.jobs);
  std::vector<media::Decoder> decoders;
  decoders.reserve(jobs);
  for (unsigned i = 0; i < jobs; ++i) decoders.emplace_back(settings.limits);

  for (std::size_t begin = 0; begin < files.size() && !ndjson::stop_requested; begin += kFilesPerTurn) {
    const std::size_t end = std::min(files.size(), begin + kFilesPerTurn);
    std::vector<std::string> lines(end - begin);
    std::atomic<std::size_t> next = begin;
    std::atomic<std::uint64_t> failed = 0;
    const auto work = [&](unsigned worker) {
      for (std::size_t i = next++; i < end; i = next++) {
        const auto result = hash_one(files[i], spool, decoders[worker]);
        if (!result) ++failed;
        lines[i - begin] = line_of(files[i], result);
      }
    };
    {
      std::vector<std::jthread> threads;
      for (unsigned worker = 1; worker < jobs; ++worker) threads.emplace_back(work, worker);
      work(0);
    }
    std::string text;
    for (const std::string& line : lines) text += line;
    base::write_all(output, text, "standard output");
    counts.records += end - begin;
    counts.lines += end - begin;
    counts.errors += failed;
    counts.passed += end - begin - failed;
  }
  return counts.errors == 0 ? base::ExitCode::ok : base::ExitCode::records_failed;
}

std::vector<std::filesystem::path> read_path_list(const std::string& file, bool nul_terminated) {
  std::vector<fs::path> paths;
  std::ifstream opened;
  if (file != "-") {
    opened.open(file);
    if (!opened) throw base::Error(base::ExitCode::no_input, "cannot be read", file);
  }
  std::istream& in = file == "-" ? std::cin : opened;
  for (std::string line; std::getline(in, line, nul_terminated ? '\0' : '\n');) {
    if (!line.empty()) paths.emplace_back(line);
  }
  return paths;
}

}  // namespace proviso::stage
