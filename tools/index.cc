// index: compiles hash lists into one mapped file, and answers from it.  proviso-index(1)
#include <fmt/core.h>

#include "cli/app.h"
#include "commands/index.h"
#include "policy/hash_type.h"

int main(int argc, char** argv) {
  using namespace proviso;
  using namespace proviso::index_tool;
  return cli::run("index", argc, argv, [](cli::App& app) {
    auto& s = app.settings<Settings>();
    app.description("Compile hash lists into one mapped file, and answer from it.");
    app.version_details(
        [] { return fmt::format("PDQ search kernel: {}\n", index::kernel_name()); });

    auto build = app.command("build", "compile the policy's lists", index_tool::build, s);
    auto info = app.command("info", "print sections and digest as JSON", index_tool::info, s);
    auto verify = app.command("verify", "check the signature, every block and every table",
                              index_tool::verify, s);
    auto query = app.command("query", "look one hash up; NDJSON", index_tool::query, s);
    auto diff = app.command("diff", "what an update adds, removes and changes; NDJSON",
                            index_tool::diff, s);
    auto lists =
        app.command("export", "print an index as lists again", index_tool::export_lists, s);
    auto merge = app.command("merge", "make one index of several", index_tool::merge, s);
    auto neighbours = app.command("neighbours", "pairs of PDQ entries near each other; NDJSON",
                                  index_tool::neighbours, s);
    auto check = app.command("check", "the quality of the policy's lists", index_tool::check, s);
    auto withdraw = app.command("withdraw", "take one entry out of use and build again",
                                index_tool::withdraw, s);

    for (auto* command : {&build, &merge, &withdraw}) {
      command->option("--sign-key", s.sign_key, "sign with this Ed25519 key (URI)");
      command
          ->option("--memory", s.memory_mib,
                   "MiB of memory for sorting; more goes through temporary files")
          .check(cli::range(1u, 1u << 20));
    }
    for (auto* command : {&build, &withdraw}) {
      command->option("--output", s.output, "write to FILE instead of the policy's paths.index");
      command->flag("--strict", s.strict, "refuse a list with any bad line");
    }
    for (auto* command : {&info, &verify, &query, &lists, &neighbours})
      command->option("--index", s.file, "read FILE instead of the policy's index");
    for (auto* command : {&info, &verify, &query, &diff, &lists, &merge, &neighbours}) {
      command->option("--key", s.key, "check the signature by this public key; needs no policy");
      command->flag("--unchecked", s.unchecked, "read an index whoever signed it; needs no policy");
    }
    build.option("--columns", s.columns, "NAME=HEADER: which column of a CSV is which")
        .delimiter(',');
    for (auto* command : {&build, &query, &lists, &neighbours})
      command->option("--list", s.lists, "only this list (repeatable)").one_value_each();
    withdraw.option("--list", s.list, "the list of the policy that has the entry").required();
    withdraw.option("--id", s.id, "the entry's id in the list, instead of a hash");
    query.argument("HASH", s.hash, "hex digits, or - for one hash a line of standard input");
    withdraw.option("HASH", s.hash, "hex digits");
    const auto types = cli::one_of(policy::kListTypes);
    query.option("--type", s.type, "the hash's type, never guessed").required().check(types);
    withdraw.option("--type", s.type, "the hash's type, never guessed").check(types);
    lists.option("--type", s.type, "only this type").check(cli::one_of(policy::kHashTypes));
    lists.option("--format", s.form, "ndjson, csv or hex")
        .check(cli::one_of({"ndjson", "csv", "hex"}));
    for (auto* command : {&query, &neighbours}) {
      command->option("--distance", s.distance, "largest distance in bits, pdq only")
          .check(cli::range(0, index::kMaxRadius));
    }
    check.option("--format", s.form, "json or table").check(cli::one_of({"json", "table"}));
    check.flag("--no-ledger", s.no_ledger,
               "leave no entry in the ledger: the yearly report does not count this check");
    neighbours.flag("--across", s.across, "only pairs of different lists");
    diff.flag("--entries", s.entries, "each change instead of the sums");
    diff.argument("INDEX", s.files, "the index before and after").expected(2);
    merge.argument("INDEX", s.files, "indexes");
    merge.option("--output", s.output, "the index to write").required();
    return app.chosen();
  });
}
