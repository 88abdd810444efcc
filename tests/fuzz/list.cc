// Hash lists as anyone may send them: the first byte picks the format, the rest is the file.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>

#include "index/list.h"

using namespace proviso;

namespace {

struct Sink : index::ListSink {
  std::uint64_t entries = 0, rejected_lines = 0;
  void entry(const index::ListEntry& each) override {
    if (each.id.size() > index::kMaxIdBytes ||
        (each.exact.empty() && !each.pdq && each.frames.empty()))
      std::abort();
    ++entries;
  }
  void rejected(const index::BadLine& each) override {
    if (each.why.empty()) std::abort();
    ++rejected_lines;
  }
};

// SQLite wants a name of its own, without links; the other readers a descriptor.
std::string named_file() {
  std::string made = "/tmp/proviso-fuzz-XXXXXX";
  const int fd = ::mkstemp(made.data());
  if (fd < 0) std::abort();
  ::close(fd);
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const std::string file = named_file();
  {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(data + 1), static_cast<std::streamsize>(size - 1));
  }
  policy::List list;
  list.name = "fuzzed";
  list.source = "made up";
  list.path = file;
  const policy::ListFormatRow& format =
      policy::kListFormats[(data[0] + 256u - 'a') % policy::kListFormats.size()];
  list.format = format.value;
  list.purpose = format.known_good_only ? "known-good" : "known-csam";
  if (list.format == policy::ListFormat::digests) list.type = policy::HashType::md5;
  if (list.format == policy::ListFormat::hex || list.format == policy::ListFormat::csv)
    list.type = policy::HashType::pdq;
  if (list.format == policy::ListFormat::vics) list.categories = {"1", "2"};
  Sink sink;
  try {
    const index::ListReport report = index::read_list(list, sink);
    if (report.entries != sink.entries || report.rejected != sink.rejected_lines ||
        report.records < report.entries + report.rejected)
      std::abort();
  } catch (const base::Error&) {
    // A file that is none of the format.
  }
  return 0;
}
