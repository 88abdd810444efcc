#include "setup/workplace.h"

#include <fmt/core.h>

#include <array>

#include "base/file.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "dpia/dpia.h"
#include "law/instrument.h"
#include "ledger/ledger.h"
#include "policy/policy.h"
#include "setup/policy_text.h"
#include "vault/case_store.h"

namespace proviso::setup {
namespace {

namespace fs = std::filesystem;

constexpr std::array kPeople{"reviewer-1", "reviewer-2", "dpo-1", "oversight-1"};
constexpr mode_t kSecret = 0600;

void write_secret(const fs::path& path, const base::SecretBytes& bytes) {
  base::write_new_file(path, base::as_text(bytes.span()), kSecret);
}

void write_raw_key(const fs::path& path) {
  base::SecretBytes key(16);  // SipHash
  crypto::random_bytes(key.span());
  write_secret(path, key);
}

// A P-256 key and its self-signed certificate.
void write_pair(const fs::path& key_path, const fs::path& certificate_path, const std::string& name,
                base::Instant from, base::Instant to) {
  const crypto::PrivateKey key = crypto::PrivateKey::generate_p256();
  write_secret(key_path, key.to_pem());
  base::write_new_file(certificate_path,
                       crypto::Certificate::self_signed(key, name, from, to).pem());
}

void write_keys(const WorkplaceSettings& settings, base::Instant from, base::Instant to) {
  const fs::path& dir = settings.directory;
  const crypto::PrivateKey index = crypto::PrivateKey::generate_ed25519();
  write_secret(dir / "offline/index.pem", index.to_pem());
  base::write_new_file(dir / "keys/index.pub", index.public_pem());
  write_raw_key(dir / "keys/stream.key");
  write_raw_key(dir / "keys/protected.key");
  write_pair(dir / "keys/packages.pem", dir / "keys/packages.crt", settings.provider + " packages",
             from, to);
  write_pair(dir / "offline/review.key", dir / "certs/review.crt", settings.provider + " review",
             from, to);
  for (const std::string person : kPeople) {
    write_pair(dir / "offline" / (person + ".key"), dir / "certs" / (person + ".crt"), person, from,
               to);
  }
  if (settings.rehearsal) {
    write_pair(dir / "offline/example-hotline.key", dir / "certs/example-hotline.crt",
               "Example Hotline (rehearsal)", from, to);
  }
}

// Resolves the texts as the policy will, so that what the policy would be refused for is refused
// before anything is made.
law::Resolved texts_of(const WorkplaceSettings& settings) {
  if (!settings.rehearsal && base::clock_is_set()) {
    throw base::Error(base::ExitCode::config, "a set clock is for mode rehearsal only",
                      "--mode production");
  }
  law::Instrument base = law::load(settings.instrument);
  if (base.status == law::Status::never_adopted && !settings.rehearsal) {
    throw base::Error(base::ExitCode::config,
                      base.id + " never became law; only mode rehearsal may use it",
                      "--instrument");
  }
  std::vector<law::Instrument> also;
  for (const std::string& id : settings.also) also.push_back(law::load(id));
  return law::Resolved(std::move(base), std::move(also), settings.rehearsal);
}

// Twelve months, or less where a text has a shorter ceiling.
base::Period confirmed_period(const law::Resolved& law, base::Instant now) {
  const base::Period year{0, 12, 0, 0};
  const auto ceiling = law.retention_max();
  return ceiling && base::add(now, *ceiling) < base::add(now, year) ? *ceiling : year;
}

// The origin of the ledger, which names the log and not a person: letters and digits of the
// provider's name.
std::string origin(const WorkplaceSettings& settings) {
  std::string id;
  for (const char c : settings.provider) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      id += c;
    else if (c >= 'A' && c <= 'Z')
      id += static_cast<char>(c - 'A' + 'a');
    else if (!id.empty() && id.back() != '-')
      id += '-';
  }
  while (!id.empty() && id.back() == '-') id.pop_back();
  std::string origin = "proviso/" + (id.empty() ? "provider" : id);
  if (settings.rehearsal) origin += ledger::kRehearsalSuffix;
  return origin;
}

}  // namespace

void make_workplace(const WorkplaceSettings& settings) {
  const fs::path& dir = settings.directory;
  std::error_code error;
  if (fs::exists(dir, error) && !fs::is_empty(dir, error)) {
    throw base::Error(base::ExitCode::cannot_create, "is not empty", dir.string(),
                      "a workplace is made in a new or empty directory");
  }
  if (settings.provider.empty() || settings.provider.size() > 128 ||
      settings.provider.find_first_of("\"\\\n\r\t") != std::string::npos) {
    throw base::Error(base::ExitCode::usage,
                      "a name of 1 to 128 bytes without quotes and line breaks was expected",
                      "--provider");
  }
  const law::Resolved law = texts_of(settings);
  for (const char* part :
       {"keys", "certs", "offline", "dpia", "lists", "notices", "spool", "index"}) {
    fs::create_directories(dir / part, error);
    if (error)
      throw base::Error(base::ExitCode::cannot_create, error.message(), (dir / part).string());
  }
  for (const char* part : {"keys", "offline", "spool"})
    fs::permissions(dir / part, fs::perms::owner_all);

  const base::Instant now = base::now();
  const base::Date today = base::date_of(now);
  // The clock of a rehearsal may be set: its certificates begin a year before and last ten.
  const base::Instant from = settings.rehearsal ? base::start_of({today.year - 1, 1, 1}) : now;
  const base::Instant to =
      base::add(from, settings.rehearsal ? base::Period{10, 0, 0, 0} : base::Period{2, 0, 0, 0});
  write_keys(settings, from, to);

  const crypto::PrivateKey ledger_key = crypto::PrivateKey::generate_ed25519();
  write_secret(dir / "keys/ledger.pem", ledger_key.to_pem());
  base::write_new_file(dir / "keys/ledger.pub", ledger_key.public_pem());
  ledger::Ledger::create(dir / "ledger", {origin(settings), settings.rehearsal}, ledger_key,
                         settings.instrument);
  vault::CaseStore::create(dir / "vault", settings.rehearsal);

  base::write_new_file(dir / "lists/known.ndjson", "");
  base::write_new_file(dir / "organisations.yaml", organisations_text(settings, today));
  base::write_new_file(dir / "authorities.yaml", authorities_text());
  base::write_new_file(dir / "attestations.yaml", attestations_text());
  base::write_new_file(dir / "notices/users.md", notice_text(settings));
  base::write_new_file(dir / "policy.yaml",
                       policy_text(settings, today, confirmed_period(law, now)));

  const policy::Policy policy = policy::load(dir / "policy.yaml");
  for (const policy::Technology& technology : policy.technologies) {
    base::write_new_file(technology.dpia, dpia::make_template(policy, technology));
  }
}

std::vector<std::string> still_to_do(const WorkplaceSettings& settings) {
  const std::string dir = settings.directory.string();
  std::vector<std::string> lines{
      fmt::format("carry {}/offline away: the keys there open cases and sign for people, and must "
                  "not stay on this host",
                  dir),
      fmt::format("fill in {}/policy.yaml and {}/notices/users.md; 'proviso policy check' says "
                  "what is wrong",
                  dir, dir),
      fmt::format("fill in {}/dpia/*.yaml and consult the authority; 'proviso dpia-check' says "
                  "what is missing",
                  dir),
      "attest what no machine can know: 'proviso policy attest' for HU-04, TE-01, TE-02 and PL-01",
      "have oversight sign off each technology: 'proviso law oversee'",
      fmt::format("put the hash list into {}/lists, then 'proviso index build'", dir),
      "'proviso scope-check </dev/null' names every condition that is still missing"};
  if (!settings.rehearsal) {
    lines.insert(
        lines.begin() + 2,
        fmt::format("publish the notice to users and write its day into {}/policy.yaml", dir));
    lines.insert(
        lines.begin() + 3,
        fmt::format("register the bodies that may receive reports in {}/organisations.yaml", dir));
  }
  return lines;
}

}  // namespace proviso::setup
