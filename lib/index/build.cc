#include <fmt/format.h>

#include "index/builder.h"

namespace proviso::index {
namespace {

constexpr double kMaxBadShare = 0.01;
constexpr std::size_t kMaxShown = 100;  // bad lines in one error; `rejected` gets all of them

class BuilderSink : public ListSink {
 public:
  BuilderSink(Builder& builder, const policy::List& list, const RejectedLine& hear)
      : builder_(builder), list_(list), hear_(hear) {}
  void entry(const ListEntry& entry) override { builder_.add(list_.name, entry); }
  void rejected(const BadLine& line) override {
    if (bad.size() < kMaxShown)
      bad.push_back({fmt::format("{}:{}", list_.path.string(), line.line), line.why});
    if (hear_) hear_(list_, line);
  }
  std::vector<base::Finding> bad;

 private:
  Builder& builder_;
  const policy::List& list_;
  const RejectedLine& hear_;
};

}  // namespace

BuildReport build(const std::filesystem::path& out, const std::vector<policy::List>& lists,
                  const crypto::PrivateKey* key, const law::Resolved& law,
                  const BuildSettings& settings, const RejectedLine& rejected) {
  Builder builder(out, lists, law, settings);
  std::map<std::string, ListReport> reports;
  std::uint64_t rejected_lines = 0;
  for (const policy::List& list : lists) {
    BuilderSink sink(builder, list, rejected);
    ListReport report = read_list(list, sink);
    const double records = static_cast<double>(report.entries + report.rejected);
    if (report.rejected > 0 &&
        (settings.strict || static_cast<double>(report.rejected) > kMaxBadShare * records)) {
      if (report.rejected > sink.bad.size())
        sink.bad.push_back(
            {list.path.string(), fmt::format("and {} more", report.rejected - sink.bad.size())});
      throw base::Error(base::ExitCode::data, std::move(sink.bad),
                        settings.strict ? "every line must be right under --strict"
                                        : "more than 1% of the list is wrong; nothing was built");
    }
    rejected_lines += report.rejected;
    builder.made_from(list.name, report.sha256);
    reports.emplace(list.name, std::move(report));
  }
  BuildReport report = builder.write(key);
  report.rejected = rejected_lines;
  report.lists = std::move(reports);
  return report;
}

}  // namespace proviso::index
