#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "../policy/provider_files.h"
#include "ledger/ledger.h"
#include "tool_run.h"

using namespace proviso;
using cli_test::Run;
namespace fs = std::filesystem;

namespace {

// A tool with a policy and, where the case asks for it, a ledger and its keys.
struct Provider : policy_test::ProviderFiles {
  crypto::PrivateKey key = crypto::PrivateKey::generate_ed25519();

  Provider() {
    put("policy.yaml", text);
    fs::remove(directory / "ledger");
    ledger::Ledger::create(directory / "ledger", {"proviso/test/rehearsal", true}, key,
                           "reg-2026-1881");
    put("ledger.pem", base::as_text(key.to_pem().span()));
  }

  Run run(const std::function<void(cli::Context&)>& work, std::vector<std::string> options = {},
          const fs::path& standard_output = "out") const {
    options.insert(options.end(), {"--policy", (directory / "policy.yaml").string(), "--now",
                                   "2026-11-24T10:00:00Z"});
    return Run(
        std::move(options),
        [&](cli::App&) {
          return [&](cli::Context& context) {
            work(context);
            return base::ExitCode::ok;
          };
        },
        standard_output);
  }
};

}  // namespace

TEST_CASE("the ledger that tools append to is the policy's, opened once") {
  const Provider provider;
  const Run run = provider.run([](cli::Context& context) {
    context.ledger().append({"law.overseen", "law", {}, {}});
    CHECK(&context.ledger() == &context.ledger());
    CHECK(context.ledger().checkpoint().size == 2);
    CHECK(context.ledger().rehearsal());
  });
  CHECK(run.code == 0);
  CHECK(run.words.empty());
}

TEST_CASE("reading the ledger takes no private key where the public one lies beside it") {
  const Provider provider;
  provider.put("ledger.pem", "not a key");
  provider.put("ledger.pub", provider.key.public_pem());
  CHECK(provider
            .run([](cli::Context& context) {
              CHECK(context.ledger_to_read().checkpoint().size == 1);
            })
            .code == 0);
  CHECK(provider.run([](cli::Context& context) { context.ledger(); }).code != 0);
}

TEST_CASE("reading the ledger derives the public key from the private one where it must") {
  const Provider provider;
  const Run run = provider.run([&](cli::Context& context) {
    CHECK(context.ledger_to_read().checkpoint().size == 1);
    CHECK(context.ledger_public_key().pem() == provider.key.public_pem());
  });
  CHECK(run.code == 0);
}

TEST_CASE("a ledger and a key that are given need no policy") {
  const Provider provider;
  provider.put("given.pub", provider.key.public_pem());
  const cli::LedgerPlace to_read{provider.directory / "ledger", provider.directory / "given.pub"};
  const cli::LedgerPlace to_append{provider.directory / "ledger",
                                   provider.directory / "ledger.pem"};
  fs::remove(provider.directory / "policy.yaml");
  CHECK(provider
            .run([&](cli::Context& context) {
              CHECK(context.ledger_to_read(to_read).checkpoint().size == 1);
            })
            .code == 0);
  CHECK(provider
            .run([&](cli::Context& context) {
              context.ledger(to_append, true).append({"law.overseen", "law", {}, {}});
            })
            .code == 0);
  CHECK(provider.run([&](cli::Context& context) { context.ledger(to_append, false); }).code == 78);
}

TEST_CASE("the law is the policy's; only one of the two ways to it says how sure its text is") {
  const Provider provider;
  const Run silent = provider.run([](cli::Context& context) {
    CHECK(context.law().base().id == "reg-2026-1881");
    CHECK(&context.law() == &context.law_with_note());
  });
  CHECK(silent.code == 0);
  CHECK(silent.words.find("proviso-hash: note: ") == 0);
  CHECK(provider.run([](cli::Context& context) { context.law(); }).words.empty());
}

TEST_CASE("what is printed comes before the words that follow it, and before an error") {
  const Provider provider;
  const Run run = provider.run([](cli::Context& context) {
    CHECK(context.print("one\n"));
    context.log().note("a word");
    context.print("two\n");
    throw base::Error(base::ExitCode::data, "damaged");
  });
  CHECK(run.code == 65);
  CHECK(run.output == "one\ntwo\n");
}

TEST_CASE("an answer that cannot be written is exit 74, also when little of it was printed") {
  const Provider provider;
  for (const std::size_t size : {std::size_t{1}, std::size_t{1} << 20}) {
    const Run run = provider.run(
        [&](cli::Context& context) { context.print(std::string(size, 'x')); }, {}, "/dev/full");
    CHECK(run.code == 74);
    CHECK(run.words ==
          "proviso-hash: error: standard output: cannot be written: No space left on device\n");
  }
  CHECK(Run(
            {"--help"}, [](cli::App&) { return cli::Action(); }, "/dev/full")
            .code == 74);
  CHECK(Run(
            {"--version"}, [](cli::App&) { return cli::Action(); }, "/dev/full")
            .code == 74);
}

TEST_CASE("a reader that went away ends the printing, and is not an error") {
  const Provider provider;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const fs::path writing_end = "/proc/self/fd/" + std::to_string(ends[1]);
  bool read = true;
  const Run run = provider.run(
      [&](cli::Context& context) {
        ::close(ends[0]);
        for (int i = 0; i < 100 && read; ++i) read = context.print(std::string(4096, 'x'));
      },
      {}, writing_end);
  ::close(ends[1]);
  CHECK_FALSE(read);
  CHECK(run.code == 0);
  CHECK(run.words.empty());
}
