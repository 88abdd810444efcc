// index: compiles hash lists into one mapped file, and answers from it.  proviso-index(1)
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/file.h"
#include "cli/app.h"
#include "crypto/keys.h"
#include "index/builder.h"
#include "index/index_diff.h"
#include "index/listing.h"
#include "index/merge.h"
#include "index/neighbours.h"
#include "index/quality.h"
#include "index/withdrawal.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"
#include "ndjson/line_reader.h"

namespace {

using namespace proviso;

struct Settings {
  std::optional<std::string> output, sign_key, file, key, id;
  std::vector<std::string> lists, files, columns;
  std::uint64_t memory_mib = index::kDefaultSortBytes >> 20;
  bool strict = false, unchecked = false, entries = false, across = false, no_ledger = false;
  std::string hash, type, form = "ndjson";
  int distance = policy::kDefaultDistance;
};

// Text that a list had in another encoding than UTF-8 is shown with replacement characters.
void print_line(cli::Context& context, const json::OrderedJson& line) {
  context.print(line.dump(-1, ' ', false, json::OrderedJson::error_handler_t::replace) + "\n");
}

// Ours=Theirs, of a CSV's header.
std::map<policy::ListColumn, std::string> columns_of(const std::vector<std::string>& words) {
  std::map<policy::ListColumn, std::string> columns;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == word.size())
      throw base::Error(base::ExitCode::usage, "NAME=HEADER was expected", "--columns");
    const std::string name = word.substr(0, equals);
    const auto column = policy::parse_list_column(name);
    if (!column) {
      throw base::Error(
          base::ExitCode::usage,
          fmt::format("'{}' is not one of {}", name, base::words_of(policy::kListColumns)),
          "--columns");
    }
    columns[*column] = word.substr(equals + 1);
  }
  return columns;
}

index::BuildSettings build_settings(const Settings& settings) {
  index::BuildSettings build;
  build.memory = settings.memory_mib << 20;
  build.strict = settings.strict;
  return build;
}

std::optional<crypto::PrivateKey> sign_key(const Settings& settings) {
  if (!settings.sign_key) return std::nullopt;
  return crypto::PrivateKey::open(*settings.sign_key);
}

void say_report(cli::Context& context, std::string_view out, const index::BuildReport& report,
                std::size_t lists, bool is_signed) {
  context.log().summary(fmt::format(
      "{}: {} entries of {} lists, {} duplicates, {} suspended, {} lines rejected, {}, digest {}",
      out, report.entries, lists, report.duplicates, report.suspended, report.rejected,
      is_signed ? "signed" : "not signed", report.sha256));
}

void say_left_out(cli::Context& context, const std::string& name, const index::ListReport& report) {
  std::string words;
  const auto add = [&](std::uint64_t number, std::string_view what) {
    if (number != 0) words += fmt::format("{}{} {}", words.empty() ? "" : ", ", number, what);
  };
  add(report.deleted, "deleted");
  add(report.superseded, "superseded");
  for (const auto& [type, number] : report.unmatchable)
    add(number, type + " that nothing here can match");
  for (const auto& [category, number] : report.other_category)
    add(number, "of category " + category);
  if (!words.empty()) context.log().note(fmt::format("list {}: left out: {}", name, words));
  if (report.withdrawals_unused != 0) {
    context.log().warning(
        fmt::format("{} of its withdrawn entries name nothing in it", report.withdrawals_unused),
        fmt::format("list {}", name));
  }
}

std::string output_of(cli::Context& context, const Settings& settings) {
  return settings.output.value_or(context.policy().index.string());
}

// One build of a file at a time: else one that read its lists earlier could take the place of one
// that read them later.
std::optional<base::FileLock> lock_output(cli::Context& context, const Settings& settings) {
  return base::FileLock::take(output_of(context, settings) + ".lock", true);
}

// The caller holds the lock.
base::ExitCode build_locked(cli::Context& context, const Settings& settings) {
  const policy::Policy& policy = context.policy();
  for (const std::string& name : settings.lists) {
    if (policy.list(name) == nullptr)
      throw base::Error(base::ExitCode::usage,
                        fmt::format("the list '{}' is not in the policy", name), "--list");
  }
  if (!settings.columns.empty() && settings.lists.size() != 1)
    throw base::Error(base::ExitCode::usage, "columns are of one list: name it with --list",
                      "--columns");
  std::vector<policy::List> lists;
  for (const policy::List& list : policy.lists) {
    if (!settings.lists.empty() &&
        std::find(settings.lists.begin(), settings.lists.end(), list.name) == settings.lists.end())
      continue;
    lists.push_back(list);
    if (!settings.columns.empty()) lists.back().columns = columns_of(settings.columns);
  }
  const auto key = sign_key(settings);
  const std::string out = output_of(context, settings);
  const auto report = index::build(
      out, lists, key ? &*key : nullptr, context.law(), build_settings(settings),
      [&](const policy::List& list, const index::BadLine& bad) {
        context.log().warning(bad.why, fmt::format("{}:{}", list.path.string(), bad.line));
      });
  for (const auto& [name, list] : report.lists) say_left_out(context, name, list);
  say_report(context, out, report, lists.size(), key.has_value());
  return base::ExitCode::ok;
}

base::ExitCode build(cli::Context& context, const Settings& settings) {
  const auto lock = lock_output(context, settings);
  return build_locked(context, settings);
}

// --key checks the signature without a policy, --unchecked asks for none; else the policy says.
index::Index open(cli::Context& context, const Settings& settings, const std::string& file) {
  if (settings.unchecked) return index::Index::open(file, nullptr, false);
  if (settings.key) {
    const crypto::PublicKey key = crypto::PublicKey::open(*settings.key);
    return index::Index::open(file, &key, true);
  }
  return index::open_of(context.policy(), file);
}

std::string file_of(cli::Context& context, const Settings& settings) {
  return settings.file ? *settings.file : context.policy().index.string();
}

// A list that the index does not have would be looked up to no avail, and nobody would hear of it.
index::Index open(cli::Context& context, const Settings& settings) {
  index::Index index = open(context, settings, file_of(context, settings));
  for (const std::string& name : settings.lists) {
    const auto& sections = index.sections();
    if (std::any_of(sections.begin(), sections.end(),
                    [&](const index::Section& section) { return section.list == name; }))
      continue;
    throw base::Error(base::ExitCode::usage, fmt::format("the list '{}' is not in the index", name),
                      "--list");
  }
  return index;
}

base::ExitCode info(cli::Context& context, const Settings& settings) {
  const index::Index index = open(context, settings);
  json::OrderedJson out{{"index", index.digest()},
                        {"bytes", index.file_bytes()},
                        {"signed", index.is_signed()},
                        {"sections", json::OrderedJson::array()}};
  for (const index::Section& section : index.sections()) {
    json::OrderedJson told{{"list", section.list},
                           {"type", index::to_string(section.type)},
                           {"entries", section.entries}};
    if (section.type == index::HashType::vpdq) told["videos"] = section.videos;
    told["suspended"] = section.suspended;
    for (const auto& [name, value] :
         {std::pair{"purpose", &section.purpose}, std::pair{"source", &section.source},
          std::pair{"licence", &section.licence}, std::pair{"date", &section.date},
          std::pair{"verified_by", &section.verified_by},
          std::pair{"file_sha256", &section.file_sha256}}) {
      if (!value->empty()) told[name] = *value;
    }
    out["sections"].push_back(std::move(told));
  }
  context.print(out.dump(2) + "\n");
  return base::ExitCode::ok;
}

base::ExitCode verify(cli::Context& context, const Settings& settings) {
  const index::Index index = open(context, settings);
  if (const auto flaw = index.verify())
    throw base::Error(base::ExitCode::data, *flaw, file_of(context, settings));
  context.log().summary(fmt::format(
      "index {}: every block is as it was built, every table in order", index.digest()));
  return base::ExitCode::ok;
}

json::OrderedJson told(const index::Hit& hit) {
  json::OrderedJson line{{"list", hit.list}, {"entry", hit.entry}};
  if (!hit.label.empty()) line["label"] = hit.label;
  line["method"] = hit.method;
  if (hit.suspended) line["suspended"] = true;
  return line;
}

constexpr std::size_t kMaxQueryBytes = 4096;  // of a line

// Looks hashes up by the batch, and prints each hit with the hash that was asked for.
class Queries {
 public:
  static constexpr std::size_t kAtOnce = 1024;
  Queries(cli::Context& context, const index::Index& index, const Settings& settings)
      : context_(context),
        index_(index),
        settings_(settings),
        type_(*index::parse_hash_type(settings.type)) {}
  // False when the text is no hash of the type.
  bool add(std::string_view hex) {
    const auto bytes = base::from_hex(hex);
    if (!bytes || bytes->size() != index::bytes_of(type_)) return false;
    if (type_ == index::HashType::pdq) {
      hashes_.push_back(*pdq::from_hex(hex));
      if (hashes_.size() == kAtOnce) flush();
      return true;
    }
    digests_.insert(digests_.end(), bytes->begin(), bytes->end());
    if (digests_.size() == kAtOnce * bytes->size()) flush();
    return true;
  }
  void flush() {
    std::vector<std::vector<index::Hit>> hits;
    if (type_ == index::HashType::pdq)
      index_.find_pdq(hashes_, settings_.distance, settings_.lists, hits);
    else
      index_.find_exact(*digest::parse_type(settings_.type), digests_, settings_.lists, hits);
    const std::size_t width = index::bytes_of(type_);
    for (std::size_t i = 0; i < hits.size(); ++i) {
      for (const index::Hit& hit : hits[i]) {
        print(type_ == index::HashType::pdq
                  ? pdq::to_hex(hashes_[i])
                  : base::to_hex(std::span(digests_).subspan(i * width, width)),
              hit);
      }
    }
    hashes_.clear();
    digests_.clear();
  }
  std::string expected() const {
    return fmt::format("{} hex digits were expected", 2 * index::bytes_of(type_));
  }

 private:
  void print(const std::string& hash, const index::Hit& hit) const {
    json::OrderedJson line{{"query", hash}};
    line.update(told(hit));
    line["distance"] = hit.distance;
    line["threshold"] = hit.threshold;
    line["index"] = index_.digest();
    print_line(context_, line);
  }
  cli::Context& context_;
  const index::Index& index_;
  const Settings& settings_;
  index::HashType type_;
  std::vector<pdq::Hash> hashes_;
  base::Bytes digests_;
};

base::ExitCode query(cli::Context& context, const Settings& settings) {
  const index::Index index = open(context, settings);
  Queries queries(context, index, settings);
  base::ExitCode code = base::ExitCode::ok;
  if (settings.hash != "-") {
    if (!queries.add(settings.hash))
      throw base::Error(base::ExitCode::usage, queries.expected(), "HASH");
  } else {
    // As many lines as there are, and an answer before more is waited for.
    ndjson::LineReader reader(0, kMaxQueryBytes);
    std::vector<ndjson::InputLine> lines;
    while (reader.next(lines, Queries::kAtOnce, Queries::kAtOnce * kMaxQueryBytes)) {
      for (const ndjson::InputLine& line : lines) {
        std::string_view hex = line.text;
        if (!hex.empty() && hex.back() == '\r') hex.remove_suffix(1);
        if (!line.too_long && (hex.empty() || queries.add(hex))) continue;
        context.log().error(queries.expected(), fmt::format("standard input:{}", line.number),
                            "bad_record");
        code = base::ExitCode::records_failed;
      }
      queries.flush();
      context.flush();
    }
  }
  queries.flush();
  return code;
}

base::ExitCode diff(cli::Context& context, const Settings& settings) {
  const index::Index before = open(context, settings, settings.files.at(0));
  const index::Index after = open(context, settings, settings.files.at(1));
  const auto sections = index::diff(
      before, after,
      !settings.entries ? std::function<void(const index::Change&)>()
                        : [&](const index::Change& change) {
                            json::OrderedJson line{{"change", index::to_string(change.kind)},
                                                   {"list", change.list},
                                                   {"type", index::to_string(change.type)}};
                            if (!change.hash.empty()) line["hash"] = change.hash;
                            const std::pair<const char*, const std::string*> words[] = {
                                {"entry", &change.entry},
                                {"label", &change.label},
                                {"old_entry", &change.old_entry},
                                {"old_label", &change.old_label}};
                            for (const auto& [name, value] : words) {
                              if (!value->empty()) line[name] = *value;
                            }
                            if (change.suspended) line["suspended"] = true;
                            if (change.was_suspended) line["was_suspended"] = true;
                            print_line(context, line);
                          });
  std::uint64_t added = 0, removed = 0, changed = 0;
  for (const index::SectionDiff& each : sections) {
    added += each.added;
    removed += each.removed;
    changed += each.changed;
    if (settings.entries) continue;
    print_line(context, {{"list", each.list},
                         {"type", index::to_string(each.type)},
                         {"before", each.before},
                         {"after", each.after},
                         {"added", each.added},
                         {"removed", each.removed},
                         {"changed", each.changed},
                         {"kept", each.kept}});
  }
  context.log().summary(fmt::format("{} added, {} removed, {} changed", added, removed, changed));
  return base::ExitCode::ok;
}

base::ExitCode export_lists(cli::Context& context, const Settings& settings) {
  const index::Index index = open(context, settings);
  const auto form = settings.form == "csv"   ? index::ListingForm::csv
                    : settings.form == "hex" ? index::ListingForm::hex
                                             : index::ListingForm::ndjson;
  const auto type = settings.type.empty() ? std::nullopt : index::parse_hash_type(settings.type);
  const index::LeftOut left_out =
      index::write_listing(index, form, settings.lists, type,
                           [&](std::string_view line) { context.print(std::string(line) + "\n"); });
  const auto warn = [&](std::uint64_t count, std::string_view words) {
    if (count != 0) context.log().warning(fmt::format(fmt::runtime(words), count), "--format");
  };
  warn(left_out.videos, "csv has no videos: {} were left out; ndjson has them");
  warn(left_out.suspended,
       "hex has no suspension: {} suspended entries were left out; ndjson and csv have them");
  warn(left_out.known_good,
       "hex has no purpose: {} lists of known-good files were left out; --list names one");
  return base::ExitCode::ok;
}

base::ExitCode merge(cli::Context& context, const Settings& settings) {
  std::vector<index::Index> indexes;
  for (const std::string& file : settings.files) indexes.push_back(open(context, settings, file));
  std::set<std::string> lists;
  for (const index::Index& index : indexes) {
    for (const index::Section& section : index.sections()) lists.insert(section.list);
  }
  const auto key = sign_key(settings);
  const auto report = index::merge(*settings.output, indexes, key ? &*key : nullptr, context.law(),
                                   build_settings(settings));
  say_report(context, *settings.output, report, lists.size(), key.has_value());
  return base::ExitCode::ok;
}

base::ExitCode neighbours(cli::Context& context, const Settings& settings) {
  const index::Index index = open(context, settings);
  const auto pairs = index::neighbours(
      index, settings.distance, settings.lists, settings.across,
      [&](const index::Hit& first, const index::Hit& second) {
        print_line(context,
                   {{"distance", second.distance}, {"a", told(first)}, {"b", told(second)}});
      });
  context.log().summary(fmt::format("{} pairs within {} bits", pairs, settings.distance));
  return base::ExitCode::ok;
}

base::ExitCode withdraw(cli::Context& context, const Settings& settings) {
  const policy::Policy& policy = context.policy();
  const policy::List* const list = policy.list(settings.lists.at(0));
  if (list == nullptr)
    throw base::Error(base::ExitCode::usage,
                      fmt::format("the list '{}' is not in the policy", settings.lists[0]),
                      "--list");
  if (settings.id.has_value() != settings.hash.empty())
    throw base::Error(base::ExitCode::usage,
                      "either a HASH with its --type, or --id, was expected");
  if (!settings.id && settings.type.empty())
    throw base::Error(base::ExitCode::usage, "the hash's type is declared, never guessed",
                      "--type");
  ledger::Ledger& ledger = context.ledger();
  const auto lock = lock_output(context, settings);
  const bool is_new =
      settings.id ? index::withdraw(*list, *settings.id)
                  : index::withdraw(*list, *index::parse_hash_type(settings.type), settings.hash);
  if (!is_new)
    context.log().note("the entry was withdrawn before; the index is built again all the same");
  Settings all = settings;
  all.lists.clear();
  const base::ExitCode code = build_locked(context, all);
  ledger.append(to_entry(ledger::IndexWithdrawn{list->name}, "index"));
  return code;
}

// Is that hash an entry of the compiled index that gives hits? A hash in several lists of it counts
// for each.
bool is_in_use(const index::Index& index, const std::string& list, index::HashType type,
               std::span<const std::byte> hash, const std::optional<std::string>& id) {
  const std::vector<std::string> lists{list};
  std::vector<index::Hit> hits;
  if (type == index::HashType::pdq || type == index::HashType::vpdq) {
    const pdq::Hash pdq = *pdq::from_hex(base::to_hex(hash));
    std::vector<index::VideoHit> videos;
    index.find_pdq(pdq, 0, lists, hits);
    if (type == index::HashType::vpdq) index.find_vpdq(std::span(&pdq, 1), 0, lists, videos);
    hits.insert(hits.end(), videos.begin(), videos.end());
  } else {
    index.find_exact(*digest::parse_type(index::to_string(type)), hash, lists, hits);
  }
  return std::any_of(hits.begin(), hits.end(), [&](const index::Hit& hit) {
    return !hit.suspended && (!id || (hit.has_id ? hit.entry == *id : id->empty()));
  });
}

base::ExitCode check(cli::Context& context, const Settings& settings) {
  const policy::Policy& policy = context.policy();
  std::optional<index::Index> compiled;
  std::error_code error;
  if (std::filesystem::exists(policy.index, error))
    compiled.emplace(index::open_of(policy, policy.index));
  else
    context.log().note(
        "there is no compiled index: what is withdrawn and still in use cannot be told");
  index::InUse in_use;
  if (compiled) {
    in_use = [&](const std::string& list, index::HashType type, std::span<const std::byte> hash,
                 const std::optional<std::string>& id) {
      return is_in_use(*compiled, list, type, hash, id);
    };
  }
  const index::QualityReport report = index::check_lists(policy, context.law(), in_use);
  if (settings.form == "table")
    context.print(index::to_text(report));
  else
    context.print(
        index::to_json(report).dump(2, ' ', false, json::OrderedJson::error_handler_t::replace) +
        "\n");
  if (!settings.no_ledger) context.ledger().append(to_entry(index::checked_fact(report), "index"));
  context.log().summary(
      fmt::format("{} lists, {} findings", report.lists.size(), report.findings.size()));
  return report.findings.empty() ? base::ExitCode::ok : base::ExitCode::check_failed;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("index", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<Settings>();
    setup.app.description("Compile hash lists into one mapped file, and answer from it.");
    setup.app.require_subcommand(1);
    setup.version_details = [] {
      return fmt::format("PDQ search kernel: {}\n", index::kernel_name());
    };
    using Command = base::ExitCode (*)(cli::Context&, const Settings&);
    auto commands = std::make_shared<std::vector<std::pair<CLI::App*, Command>>>();
    const auto add = [&](const char* name, const char* what, Command command) {
      commands->emplace_back(setup.app.add_subcommand(name, what), command);
      return commands->back().first;
    };
    CLI::App* const build_app = add("build", "compile the policy's lists", build);
    CLI::App* const info_app = add("info", "print sections and digest as JSON", info);
    CLI::App* const verify_app =
        add("verify", "check the signature, every block and every table", verify);
    CLI::App* const query_app = add("query", "look one hash up; NDJSON", query);
    CLI::App* const diff_app =
        add("diff", "what an update adds, removes and changes; NDJSON", diff);
    CLI::App* const export_app = add("export", "print an index as lists again", export_lists);
    CLI::App* const merge_app = add("merge", "make one index of several", merge);
    CLI::App* const neighbours_app =
        add("neighbours", "pairs of PDQ entries near each other; NDJSON", neighbours);
    CLI::App* const check_app = add("check", "the quality of the policy's lists", check);
    CLI::App* const withdraw_app =
        add("withdraw", "take one entry out of use and build again", withdraw);

    const CLI::IsMember types({"md5", "sha1", "sha256", "pdq"});
    for (CLI::App* app : {build_app, merge_app, withdraw_app}) {
      app->add_option("--sign-key", settings->sign_key, "sign with this Ed25519 key (URI)");
      app->add_option("--memory", settings->memory_mib,
                      "MiB of memory for sorting; more goes through temporary files")
          ->check(CLI::Range(1u, 1u << 20));
    }
    for (CLI::App* app : {build_app, withdraw_app}) {
      app->add_option("--output", settings->output,
                      "write to FILE instead of the policy's paths.index");
      app->add_flag("--strict", settings->strict, "refuse a list with any bad line");
    }
    for (CLI::App* app : {info_app, verify_app, query_app, export_app, neighbours_app}) {
      app->add_option("--index", settings->file, "read FILE instead of the policy's index");
    }
    for (CLI::App* app :
         {info_app, verify_app, query_app, diff_app, export_app, merge_app, neighbours_app}) {
      app->add_option("--key", settings->key,
                      "check the signature by this public key; needs no policy");
      app->add_flag("--unchecked", settings->unchecked,
                    "read an index whoever signed it; needs no policy");
    }
    build_app
        ->add_option("--columns", settings->columns, "NAME=HEADER: which column of a CSV is which")
        ->delimiter(',');
    for (CLI::App* app : {build_app, query_app, export_app, neighbours_app})
      app->add_option("--list", settings->lists, "only this list (repeatable)");
    withdraw_app->add_option("--list", settings->lists, "the list of the policy that has the entry")
        ->required()
        ->expected(1);
    withdraw_app->add_option("--id", settings->id, "the entry's id in the list, instead of a hash");
    query_app
        ->add_option("HASH", settings->hash,
                     "hex digits, or - for one hash a line of standard input")
        ->required();
    withdraw_app->add_option("HASH", settings->hash, "hex digits");
    query_app->add_option("--type", settings->type, "the hash's type, never guessed")
        ->required()
        ->check(types);
    withdraw_app->add_option("--type", settings->type, "the hash's type, never guessed")
        ->check(types);
    export_app->add_option("--type", settings->type, "only this type")
        ->check(CLI::IsMember({"md5", "sha1", "sha256", "pdq", "vpdq"}));
    export_app->add_option("--format", settings->form, "ndjson, csv or hex")
        ->check(CLI::IsMember({"ndjson", "csv", "hex"}));
    for (CLI::App* app : {query_app, neighbours_app}) {
      app->add_option("--distance", settings->distance, "largest distance in bits, pdq only")
          ->check(CLI::Range(0, index::kMaxRadius));
    }
    check_app->add_option("--format", settings->form, "json or table")
        ->check(CLI::IsMember({"json", "table"}));
    check_app->add_flag(
        "--no-ledger", settings->no_ledger,
        "leave no entry in the ledger: the yearly report does not tell of this check");
    neighbours_app->add_flag("--across", settings->across, "only pairs of different lists");
    diff_app->add_flag("--entries", settings->entries, "each change instead of the sums");
    diff_app->add_option("INDEX", settings->files, "the index before and after")
        ->required()
        ->expected(2);
    merge_app->add_option("INDEX", settings->files, "indexes")->required();
    merge_app->add_option("--output", settings->output, "the index to write")->required();
    setup.action = [=](cli::Context& context) {
      for (const auto& [app, command] : *commands) {
        if (app->parsed()) return command(context, *settings);
      }
      return base::ExitCode::usage;
    };
  });
}
