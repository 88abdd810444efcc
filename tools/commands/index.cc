#include "commands/index.h"

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/file.h"
#include "crypto/keys.h"
#include "index/builder.h"
#include "index/in_use.h"
#include "index/json_lines.h"
#include "index/list_choice.h"
#include "index/listing.h"
#include "index/merge.h"
#include "index/neighbours.h"
#include "index/quality.h"
#include "index/query.h"
#include "index/remarks.h"
#include "index/withdrawal.h"
#include "law/instrument.h"
#include "ledger/facts.h"
#include "ledger/ledger.h"
#include "policy/policy.h"

namespace proviso::index_tool {

namespace {

void say(cli::Context& context, const std::vector<index::Remark>& remarks) {
  for (const index::Remark& remark : remarks) {
    if (remark.warning)
      context.log().warning(remark.what, remark.where);
    else
      context.log().note(remark.what);
  }
}

index::BuildSettings build_settings(const Settings& s) {
  index::BuildSettings build;
  build.memory = s.memory_mib << 20;
  build.strict = s.strict;
  return build;
}

std::optional<crypto::PrivateKey> sign_key(const Settings& s) {
  if (!s.sign_key) return std::nullopt;
  return crypto::PrivateKey::open(*s.sign_key);
}

std::string output_of(cli::Context& context, const Settings& s) {
  return s.output.value_or(context.policy().index.string());
}

// One build of a file at a time: else one that read its lists earlier could take the place of one
// that read them later.
std::optional<base::FileLock> lock_output(cli::Context& context, const Settings& s) {
  return base::FileLock::take(output_of(context, s) + ".lock", true);
}

// The caller holds the lock.
base::ExitCode build_locked(cli::Context& context, const Settings& s,
                            const std::vector<policy::List>& lists) {
  const auto key = sign_key(s);
  const std::string out = output_of(context, s);
  const auto report = index::build(
      out, lists, key ? &*key : nullptr, context.law(), build_settings(s),
      [&](const policy::List& list, const index::BadLine& bad) {
        context.log().warning(bad.why, fmt::format("{}:{}", list.path.string(), bad.line));
      });
  say(context, index::remarks_on(report));
  context.log().summary(index::summary_of(report, out, lists.size(), key.has_value()));
  return base::ExitCode::ok;
}

// --key checks the signature without a policy, --unchecked asks for none; else the policy says.
index::Index open(cli::Context& context, const Settings& s, const std::string& file) {
  if (s.unchecked) return index::Index::open(file, nullptr, false);
  if (s.key) {
    const crypto::PublicKey key = crypto::PublicKey::open(*s.key);
    return index::Index::open(file, &key, true);
  }
  return index::open_of(context.policy(), file);
}

std::string file_of(cli::Context& context, const Settings& s) {
  return s.file ? *s.file : context.policy().index.string();
}

index::Index open(cli::Context& context, const Settings& s) {
  index::Index index = open(context, s, file_of(context, s));
  index::require_lists(index, s.lists);
  return index;
}

}  // namespace

base::ExitCode build(cli::Context& context, const Settings& s) {
  const auto lock = lock_output(context, s);
  return build_locked(context, s, index::choose_lists(context.policy(), s.lists, s.columns));
}

base::ExitCode info(cli::Context& context, const Settings& s) {
  context.print(index::info_text(open(context, s)));
  return base::ExitCode::ok;
}

base::ExitCode verify(cli::Context& context, const Settings& s) {
  const index::Index index = open(context, s);
  if (const auto flaw = index.verify())
    throw base::Error(base::ExitCode::data, *flaw, file_of(context, s));
  context.log().summary(fmt::format(
      "index {}: every block is as it was built, every table in order", index.digest()));
  return base::ExitCode::ok;
}

base::ExitCode query(cli::Context& context, const Settings& s) {
  const index::Index index = open(context, s);
  index::Query query(index, *index::parse_hash_type(s.type), s.distance, s.lists,
                     [&](std::string_view line) { context.print(line); });
  if (s.hash != "-") {
    if (!query.add(s.hash)) throw base::Error(base::ExitCode::usage, query.expected(), "HASH");
    query.flush();
    return base::ExitCode::ok;
  }
  base::ExitCode code = base::ExitCode::ok;
  query.read(
      STDIN_FILENO, [&] { context.flush(); },
      [&](std::uint64_t line) {
        const std::string where = fmt::format("standard input:{}", line);
        context.log().error(query.expected(), where, "bad_record");
        code = base::ExitCode::records_failed;
      });
  return code;
}

base::ExitCode diff(cli::Context& context, const Settings& s) {
  const index::Index before = open(context, s, s.files.at(0));
  const index::Index after = open(context, s, s.files.at(1));
  std::function<void(const index::Change&)> take;
  if (s.entries)
    take = [&](const index::Change& change) { context.print(index::change_line(change)); };
  std::uint64_t added = 0, removed = 0, changed = 0;
  for (const index::SectionDiff& section : index::diff(before, after, take)) {
    added += section.added;
    removed += section.removed;
    changed += section.changed;
    if (!s.entries) context.print(index::section_line(section));
  }
  context.log().summary(fmt::format("{} added, {} removed, {} changed", added, removed, changed));
  return base::ExitCode::ok;
}

base::ExitCode export_lists(cli::Context& context, const Settings& s) {
  const index::Index index = open(context, s);
  const auto form = s.form == "csv"   ? index::ListingForm::csv
                    : s.form == "hex" ? index::ListingForm::hex
                                      : index::ListingForm::ndjson;
  const auto type = s.type.empty() ? std::nullopt : index::parse_hash_type(s.type);
  say(context, index::remarks_on(
                   index::write_listing(index, form, s.lists, type, [&](std::string_view line) {
                     context.print(line);
                     context.print("\n");
                   })));
  return base::ExitCode::ok;
}

base::ExitCode merge(cli::Context& context, const Settings& s) {
  std::vector<index::Index> indexes;
  std::set<std::string> lists;
  for (const std::string& file : s.files) indexes.push_back(open(context, s, file));
  for (const index::Index& index : indexes) {
    for (const index::Section& section : index.sections()) lists.insert(section.list);
  }
  const auto key = sign_key(s);
  const auto report =
      index::merge(*s.output, indexes, key ? &*key : nullptr, context.law(), build_settings(s));
  context.log().summary(index::summary_of(report, *s.output, lists.size(), key.has_value()));
  return base::ExitCode::ok;
}

base::ExitCode neighbours(cli::Context& context, const Settings& s) {
  const index::Index index = open(context, s);
  const auto pairs = index::neighbours(index, s.distance, s.lists, s.across,
                                       [&](const index::Hit& first, const index::Hit& second) {
                                         context.print(index::pair_line(first, second));
                                       });
  context.log().summary(fmt::format("{} pairs within {} bits", pairs, s.distance));
  return base::ExitCode::ok;
}

base::ExitCode check(cli::Context& context, const Settings& s) {
  const policy::Policy& policy = context.policy();
  std::optional<index::Index> compiled;
  std::error_code error;
  if (std::filesystem::exists(policy.index, error))
    compiled.emplace(index::open_of(policy, policy.index));
  else
    context.log().note(
        "there is no compiled index: what is withdrawn and still in use cannot be told");
  const index::QualityReport report = index::check_lists(
      policy, context.law(), compiled ? index::in_use_of(*compiled) : index::InUse());
  context.print(s.form == "table" ? index::to_text(report) : index::report_text(report));
  if (!s.no_ledger) context.ledger().append(to_entry(index::checked_fact(report), "index"));
  context.log().summary(
      fmt::format("{} lists, {} findings", report.lists.size(), report.findings.size()));
  return report.findings.empty() ? base::ExitCode::ok : base::ExitCode::check_failed;
}

base::ExitCode withdraw(cli::Context& context, const Settings& s) {
  const policy::List& list = index::list_named(context.policy(), s.list);
  if (s.id.has_value() != s.hash.empty())
    throw base::Error(base::ExitCode::usage,
                      "either a HASH with its --type, or --id, was expected");
  if (!s.id && s.type.empty())
    throw base::Error(base::ExitCode::usage, "the hash's type is declared, never guessed",
                      "--type");
  ledger::Ledger& ledger = context.ledger();
  const auto lock = lock_output(context, s);
  const bool is_new = s.id ? index::withdraw(list, *s.id)
                           : index::withdraw(list, *index::parse_hash_type(s.type), s.hash);
  if (!is_new)
    context.log().note("the entry was withdrawn before; the index is built again all the same");
  const base::ExitCode code = build_locked(context, s, context.policy().lists);
  ledger.append(to_entry(ledger::IndexWithdrawn{list.name}, "index"));
  return code;
}

}  // namespace proviso::index_tool
