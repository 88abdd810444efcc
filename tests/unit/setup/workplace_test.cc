#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "crypto/keys.h"
#include "dpia/dpia.h"
#include "ledger/ledger.h"
#include "policy/drift.h"
#include "policy/policy.h"
#include "setup/workplace.h"

using namespace proviso;
namespace fs = std::filesystem;

namespace {

struct Place {
  fs::path top;
  setup::WorkplaceSettings settings;

  explicit Place(bool rehearsal = true) {
    std::string name = (fs::temp_directory_path() / "setup-test-XXXXXX").string();
    top = ::mkdtemp(name.data());
    settings.directory = top / "work";
    settings.rehearsal = rehearsal;
    if (rehearsal) base::set_clock(base::parse_instant("2026-11-24T10:00:00Z"));
  }
  ~Place() {
    base::set_clock(std::nullopt);
    std::error_code error;
    fs::remove_all(top, error);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  base::ExitCode refusal() const {
    try {
      setup::make_workplace(settings);
    } catch (const base::Error& error) {
      return error.code();
    }
    return base::ExitCode::ok;
  }
  policy::Policy policy() const { return policy::load(settings.directory / "policy.yaml"); }
};

mode_t mode_of(const fs::path& file) {
  struct stat info {};
  REQUIRE(::stat(file.c_str(), &info) == 0);
  return info.st_mode & 0777;
}

}  // namespace

TEST_CASE(
    "a new workplace has a policy without findings, a ledger, a vault and templates that describe "
    "its technologies") {
  const Place place;
  setup::make_workplace(place.settings);
  const policy::Policy p = place.policy();
  CHECK(p.rehearsal);
  CHECK(p.technologies.size() == 2);
  CHECK(p.people.size() == 4);
  for (const policy::Technology& each : p.technologies) {
    CHECK(dpia::read(each.dpia).drift_digest == policy::drift_digest(p, each));
  }
  const auto ledger = ledger::Ledger::open_to_read(
      p.ledger, crypto::PublicKey::open(place.settings.directory / "keys/ledger.pub"));
  CHECK(ledger.rehearsal());
  CHECK(ledger.checkpoint().origin == "proviso/example-messenger/rehearsal");
  CHECK(ledger.checkpoint().size >= 1);
}

TEST_CASE(
    "keys that open or sign for people lie in offline/, secrets are readable by their owner "
    "alone") {
  const Place place;
  setup::make_workplace(place.settings);
  const fs::path& dir = place.settings.directory;
  for (const char* name :
       {"review", "reviewer-1", "reviewer-2", "dpo-1", "oversight-1", "example-hotline"}) {
    const fs::path key = dir / "offline" / (std::string(name) + ".key");
    CHECK(mode_of(key) == 0600);
    const auto certificate =
        crypto::Certificate::open(dir / "certs" / (std::string(name) + ".crt"));
    CHECK(crypto::PublicKey::of(crypto::PrivateKey::open(key.string())).pem() ==
          certificate.public_key().pem());
  }
  for (const char* name : {"keys/ledger.pem", "keys/stream.key", "keys/protected.key",
                           "keys/packages.pem", "offline/index.pem"}) {
    CHECK(mode_of(dir / name) == 0600);
  }
  CHECK(fs::file_size(dir / "keys/stream.key") == 16);
  CHECK_FALSE(fs::exists(dir / "keys/index.pem"));
}

TEST_CASE("certificates of a rehearsal hold while its clock is moved about") {
  const Place place;
  setup::make_workplace(place.settings);
  const auto certificate =
      crypto::Certificate::open(place.settings.directory / "certs/reviewer-1.crt");
  CHECK(certificate.valid_at(*base::parse_instant("2025-11-24T10:00:00Z")));
  CHECK(certificate.valid_at(*base::parse_instant("2034-11-24T10:00:00Z")));
}

TEST_CASE(
    "a production workplace has no example organisation and an open question for the notice's "
    "day") {
  const Place place(false);
  setup::make_workplace(place.settings);
  const policy::Policy p = place.policy();
  CHECK_FALSE(p.rehearsal);
  CHECK(p.organisations.empty());
  CHECK_FALSE(p.services.at(0).notice.published);
  CHECK_FALSE(fs::exists(place.settings.directory / "offline/example-hotline.key"));
}

TEST_CASE("periods are written within the ceilings of the texts chosen") {
  Place also;
  also.settings.also = {"libe-2020"};
  setup::make_workplace(also.settings);
  CHECK(base::to_string(also.policy().retention_confirmed) == "P3M");
  Place base_text;
  base_text.settings.instrument = "libe-2020";
  setup::make_workplace(base_text.settings);
  CHECK(base::to_string(base_text.policy().retention_confirmed) == "P3M");
}

TEST_CASE("what the policy would be refused for is refused before anything is made") {
  Place never(false);
  never.settings.instrument = "libe-2020";
  CHECK(never.refusal() == base::ExitCode::config);
  CHECK_FALSE(fs::exists(never.settings.directory));
  Place unknown;
  unknown.settings.instrument = "no-such-text";
  CHECK(unknown.refusal() == base::ExitCode::config);
  CHECK_FALSE(fs::exists(unknown.settings.directory));
  Place clock(false);
  base::set_clock(base::parse_instant("2026-11-24T10:00:00Z"));
  CHECK(clock.refusal() == base::ExitCode::config);
  CHECK_FALSE(fs::exists(clock.settings.directory));
}

TEST_CASE("a directory that is not empty is left as it is") {
  const Place place;
  fs::create_directories(place.settings.directory);
  base::write_new_file(place.settings.directory / "mine", "x");
  CHECK(place.refusal() == base::ExitCode::cannot_create);
  CHECK_FALSE(fs::exists(place.settings.directory / "policy.yaml"));
}

TEST_CASE("what is still to be done is said, first of all which keys to carry away") {
  const Place place;
  const auto lines = setup::still_to_do(place.settings);
  REQUIRE(lines.size() >= 6);
  CHECK(lines[0].find("offline") != std::string::npos);
}
