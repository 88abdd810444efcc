// index: compiles hash lists into one mapped file, and answers from it.  proviso-index(1)
#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "cli/app.h"
#include "crypto/keys.h"
#include "index/index.h"

namespace {

using namespace proviso;

struct Settings {
  std::optional<std::string> output, sign_key, file;
  std::vector<std::string> lists;
  bool strict = false;
  std::string hash, type;
  int distance = pdq::kDefaultDistance;
};

base::ExitCode build(cli::Context& context, const Settings& settings) {
  const policy::Policy& policy = context.policy();
  std::vector<index::ListInput> inputs;
  for (const std::string& name : settings.lists) {
    if (policy.list(name) == nullptr) throw base::Error(base::ExitCode::usage, fmt::format("the list '{}' is not in the policy", name));
  }
  for (const policy::List& list : policy.lists) {
    if (!settings.lists.empty() && std::find(settings.lists.begin(), settings.lists.end(), list.name) == settings.lists.end()) continue;
    inputs.push_back(index::read_list(list));
    for (const index::BadLine& bad : inputs.back().bad) {
      context.log().warning(bad.why, fmt::format("{}:{}", list.path.string(), bad.line));
    }
  }
  std::optional<crypto::PrivateKey> key;
  if (settings.sign_key) key = crypto::PrivateKey::open(*settings.sign_key);
  const law::Resolved law = policy::resolve_law(policy);
  const std::string out = settings.output.value_or(policy.index.string());
  const index::BuildReport report = index::build(out, inputs, key ? &*key : nullptr, law, settings.strict);
  context.log().summary(fmt::format("{}: {} entries of {} lists, {} duplicates, {} lines rejected, {}, digest {}", out, report.entries,
                                    inputs.size(), report.duplicates, report.rejected, key ? "signed" : "not signed", report.sha256));
  return base::ExitCode::ok;
}

index::Index open(cli::Context& context, const Settings& settings) {
  const policy::Policy& policy = context.policy();
  return index::open_of(policy, settings.file.value_or(policy.index.string()));
}

base::ExitCode info(cli::Context& context, const Settings& settings) {
  const index::Index index = open(context, settings);
  json::OrderedJson out{{"index", index.digest()}, {"sections", json::OrderedJson::array()}};
  for (const index::Section& section : index.sections()) {
    out["sections"].push_back({{"list", section.list}, {"type", section.type}, {"entries", section.entries}, {"source", section.source},
                               {"purpose", section.purpose}, {"verified_by", section.verified_by}});
  }
  std::cout << out.dump(2) << "\n";
  return base::ExitCode::ok;
}

base::ExitCode verify(cli::Context& context, const Settings& settings) {
  const index::Index index = open(context, settings);
  if (const auto flaw = index.verify()) throw base::Error(base::ExitCode::data, *flaw, settings.file.value_or(context.policy().index.string()));
  context.log().summary(fmt::format("index {}: every block is as it was built", index.digest()));
  return base::ExitCode::ok;
}

base::ExitCode query(cli::Context& context, const Settings& settings) {
  const index::Index index = open(context, settings);
  std::vector<index::Hit> hits;
  if (settings.type == "pdq") {
    const auto hash = pdq::from_hex(settings.hash);
    if (!hash) throw base::Error(base::ExitCode::usage, "64 hex digits were expected", "HASH");
    index.find_pdq(*hash, settings.distance, {}, hits);
  } else {
    const digest::Type type = *digest::parse_type(settings.type);
    const auto bytes = base::from_hex(settings.hash);
    if (!bytes || bytes->size() != digest::size_of(type)) {
      throw base::Error(base::ExitCode::usage, fmt::format("{} hex digits were expected", 2 * digest::size_of(type)), "HASH");
    }
    index.find_exact(type, *bytes, {}, hits);
  }
  for (const index::Hit& hit : hits) {
    json::OrderedJson line{{"list", hit.list}, {"entry", hit.entry}, {"label", hit.label}, {"method", hit.method},
                           {"distance", hit.distance}, {"threshold", hit.threshold}, {"index", index.digest()}};
    std::cout << line.dump() << "\n";
  }
  return base::ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run("index", argc, argv, [](cli::Setup& setup) {
    auto settings = std::make_shared<Settings>();
    setup.app.description("Compile hash lists into one mapped file, and answer from it.");
    setup.app.require_subcommand(1);
    CLI::App* const build_app = setup.app.add_subcommand("build", "compile the policy's lists");
    build_app->add_option("--output", settings->output, "write to FILE instead of the policy's paths.index");
    build_app->add_option("--sign-key", settings->sign_key, "sign with this Ed25519 key (URI)");
    build_app->add_option("--list", settings->lists, "only this list of the policy (repeatable)");
    build_app->add_flag("--strict", settings->strict, "refuse a list with any bad line");
    CLI::App* const info_app = setup.app.add_subcommand("info", "print sections and digest as JSON");
    CLI::App* const verify_app = setup.app.add_subcommand("verify", "check every block and the signature");
    CLI::App* const query_app = setup.app.add_subcommand("query", "look one hash up; NDJSON");
    for (CLI::App* app : {info_app, verify_app, query_app}) app->add_option("--index", settings->file, "read FILE instead of the policy's index");
    query_app->add_option("HASH", settings->hash, "hex digits")->required();
    query_app->add_option("--type", settings->type, "the hash's type, never guessed")->required()->check(CLI::IsMember({"md5", "sha1", "sha256", "pdq"}));
    query_app->add_option("--distance", settings->distance, "largest distance in bits, pdq only")->check(CLI::Range(0, 63));
    setup.action = [=](cli::Context& context) {
      if (build_app->parsed()) return build(context, *settings);
      if (info_app->parsed()) return info(context, *settings);
      if (verify_app->parsed()) return verify(context, *settings);
      return query(context, *settings);
    };
  });
}
