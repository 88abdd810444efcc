#include "vault/case_store.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "ledger/checkpoint_copy.h"
#include "vault/outbox.h"

namespace proviso::vault {
namespace {

constexpr std::string_view kBlobsName = "blobs";

bool may_move(State from, State to) {
  switch (from) {
    case State::suspected:
      return to == State::confirmed || to == State::confirmed_as_new || to == State::rejected ||
             to == State::reported;
    case State::confirmed:
    case State::confirmed_as_new:
      return to == State::reported;
    default:
      return false;
  }
}

void require_mode(const CaseDatabase& database, Mode wanted, const std::filesystem::path& path) {
  if (database.mode() == wanted) return;
  throw base::Error(base::ExitCode::config,
                    fmt::format("is a vault of mode {}, {} was expected",
                                to_string(database.mode()), to_string(wanted)),
                    path.string());
}

// Where a case goes when it becomes `to`.
Move move_to(const CaseRow& row, State to, std::optional<base::Instant> expires_at) {
  // Someone looked at it, or the law lets it go unseen: the wait for review binds no longer. The
  // law's period still does.
  const std::optional<base::Instant> ceiling =
      to == State::rejected ? row.ceiling : row.confirmed_ceiling;
  base::Instant end = expires_at.value_or(to == State::rejected ? base::now() : row.expires_at);
  ExpiryRule rule = expires_at              ? ExpiryRule::policy
                    : to == State::rejected ? ExpiryRule::rejected
                                            : row.expiry_rule;
  if (ceiling && *ceiling < end) {
    end = *ceiling;
    rule = ExpiryRule::law;
  }
  return Move{to, end, ceiling, rule};
}

}  // namespace

void CaseStore::create(const std::filesystem::path& directory, bool rehearsal) {
  create_case_database(directory.string(), base::mode_of(rehearsal));
  const std::filesystem::path blobs = directory / kBlobsName;
  if (::mkdir(blobs.c_str(), 0700) != 0 && errno != EEXIST)
    base::throw_errno(errno, "cannot create", blobs.string(), base::ExitCode::cannot_create);
  base::sync_directory(directory);
}

bool CaseStore::is_rehearsal(const std::filesystem::path& directory) {
  return open_case_database(directory.string())->mode() == Mode::rehearsal;
}

CaseStore CaseStore::open(const std::filesystem::path& directory, ledger::Ledger& ledger,
                          bool rehearsal) {
  return {directory, open_case_database(directory.string()), ledger, rehearsal};
}

CaseStore::CaseStore(std::filesystem::path directory, std::unique_ptr<CaseDatabase> database,
                     ledger::Ledger& ledger, bool rehearsal)
    : directory_(std::move(directory)),
      rehearsal_(rehearsal),
      ledger_(&ledger),
      origin_(ledger.checkpoint().origin),
      database_(std::move(database)),
      blobs_(directory_ / kBlobsName) {
  require_mode(*database_, base::mode_of(rehearsal_), directory_);
  const std::string bound = database_->bind_origin(origin_);
  if (bound != origin_) {
    throw base::Error(base::ExitCode::config,
                      fmt::format("belongs to the ledger {}, not to {}", bound, origin_),
                      directory_.string());
  }
  require_extends_copy(ledger, directory_);
  deliver_outbox();
}

std::uint64_t CaseStore::ledger_size() const { return ledger_->durable_size(); }

void CaseStore::deliver_outbox() const { deliver(*database_, *ledger_, origin_, directory_); }

std::optional<CaseRow> CaseStore::find(const base::CaseId& id) const { return database_->find(id); }

std::vector<CaseRow> CaseStore::list(const std::function<bool(const CaseRow&)>& filter) const {
  std::vector<CaseRow> rows;
  database_->each([&](const CaseRow& row) {
    if (!filter || filter(row)) rows.push_back(row);
    return true;
  });
  return rows;
}

void CaseStore::move(const base::CaseId& id, State to, ledger::Entry entry,
                     std::optional<base::Instant> expires_at) {
  entry.id_since = ledger_size();
  const OutboxLine line = outbox_line(origin_, entry);
  database_->change(id, [&](CaseChange& change) {
    const CaseRow& row = change.row();
    if (!may_move(row.state, to)) {
      throw base::Error(base::ExitCode::usage,
                        fmt::format("cannot go from {} to {}", to_string(row.state), to_string(to)),
                        "case " + id.value);
    }
    change.move(move_to(row, to, expires_at));
    change.post(line);
  });
  deliver_outbox();
}

void CaseStore::keep_decision(const base::CaseId& id, const json::Json& decision) {
  const std::string text = json::canonical(decision);
  database_->change(id, [&](CaseChange& change) { change.keep_decision(text); });
}

std::vector<json::Json> CaseStore::decisions(const base::CaseId& id) const {
  std::vector<json::Json> records;
  for (const std::string& text : database_->decisions(id))
    records.push_back(json::parse(text, "decision of case " + id.value));
  return records;
}

}  // namespace proviso::vault
