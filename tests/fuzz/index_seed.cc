// index_seed DIRECTORY: small indexes of every kind of section, for the fuzzer of their reader to
// begin with.
#include <filesystem>
#include <random>

#include "index/builder.h"

using namespace proviso;

int main(int argc, char** argv) {
  if (argc != 2) return 64;
  const std::filesystem::path directory = argv[1];
  const law::Resolved law(law::load("reg-2026-1881"), {}, true);
  std::mt19937_64 random(7);
  for (const std::size_t size : {0, 1, 40}) {
    policy::List list;
    list.name = "known";
    list.source = "made up";
    list.purpose = "known-csam";
    index::BuildSettings settings;
    settings.memory = 1u << 20;
    index::Builder builder(directory / ("index-" + std::to_string(size)), {list}, law, settings);
    for (std::size_t i = 0; i < size; ++i) {
      index::ListEntry entry;
      entry.line = i;
      entry.id = i % 2 == 0 ? "entry" + std::to_string(i) : "";
      entry.label = "label";
      entry.suspended = i % 5 == 0;
      entry.pdq = pdq::Hash{{random(), random(), random(), random()}};
      for (const auto type :
           {index::HashType::md5, index::HashType::sha1, index::HashType::sha256}) {
        index::ExactHash hash;
        hash.type = type;
        for (auto& each : hash.bytes) each = static_cast<std::byte>(random());
        entry.exact.push_back(hash);
      }
      if (i % 4 == 0) entry.frames = {pdq::Hash{{1, 2, 3, 4}}, pdq::Hash{{random(), 1, 2, 3}}};
      builder.add("known", entry);
    }
    builder.write(nullptr);
  }
  return 0;
}
