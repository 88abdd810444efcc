#include "stage/hash/hash.h"

#include <algorithm>

#include "json/json.h"
#include "ndjson/seal.h"
#include "ndjson/splice.h"

namespace proviso::stage {

// Both are the default of PDQ's reference; policy does not know pdq.
static_assert(policy::kDefaultQualityFloor == pdq::kDefaultQualityFloor);
namespace {

constexpr std::size_t kLaterStages = 2u
                                     << 20;  // bytes of a line that are left for match and retain

}  // namespace

Hash::Hash(gate::Gate& gate, unsigned workers, media::Limits limits,
           const std::filesystem::path& worker)
    : gate_(gate),
      seal_key_(gate::stream_seal_key(gate.policy().stream_key)),
      spool_(gate.policy().spool) {
  decoders_.reserve(workers);
  for (unsigned i = 0; i < workers; ++i) decoders_.emplace_back(limits, worker);
}

void Hash::begin_batch(std::size_t) {
  state_ = std::make_shared<const gate::State>(gate_.require_any_open(base::now()));
  for (media::Decoder& decoder : decoders_)
    decoder.start();  // pre-forked; one that died since is replaced
}

// Evaluated again each second within a batch too: an item may take minutes, and the next must not
// be opened once the gate is closed.
std::shared_ptr<const gate::State> Hash::state_now() {
  const base::Instant now = base::now();
  const std::lock_guard lock(state_mutex_);
  if (state_->at.seconds != now.seconds)
    state_ = std::make_shared<const gate::State>(gate_.evaluate(now));
  return state_;
}

ContentWanted Hash::wanted(const gate::ScopeMember& scope) const {
  ContentWanted wanted;
  wanted.digests = {false, false, true, false};  // SHA-256 pins the file for the later stages
  wanted.decode_containers = false;
  media::Wanted& decoded = wanted.decoded;
  for (const base::ContentKind kind : scope.content) {
    if (!gate::leaf_refusal(kind, scope.content, gate_.law())) decoded.leaves.insert(kind);
  }
  for (const std::string& name : scope.technologies) {
    const policy::Technology* technology = gate_.policy().technology(name);
    if (technology == nullptr) continue;
    wanted.decode_containers |=
        policy::uses_lists(technology->method);  // a score is of the file as it is
    if (const auto* const pdq = technology->as<policy::Pdq>()) {
      decoded.pdq = true;
      decoded.frames |= technology->content.count(base::ContentKind::video) != 0;
      decoded.dihedral |= pdq->dihedral;
      decoded.unletterbox |= pdq->unletterbox;
      decoded.quality_floor = std::min(decoded.quality_floor, pdq->quality_floor);
    }
    if (const auto* const vpdq = technology->as<policy::Vpdq>()) {
      decoded.frames = true;
      decoded.quality_floor = std::min(decoded.quality_floor, vpdq->quality_floor);
    }
    if (const auto* const exact = technology->as<policy::Exact>()) {
      const auto takes = [&](policy::HashType type) { return exact->digests.count(type) != 0; };
      wanted.digests.md5 |= takes(policy::HashType::md5);
      wanted.digests.sha1 |= takes(policy::HashType::sha1);
      decoded.leaf_digests.sha256 |= takes(policy::HashType::sha256);
    }
  }
  // Lists of known-good files clear the hits of every method, by exact digest of whichever type
  // they have.
  const auto& lists = gate_.policy().lists;
  if (std::any_of(lists.begin(), lists.end(), [](const policy::List& list) {
        return list.made_for() == policy::ListPurpose::known_good;
      })) {
    wanted.digests.md5 = wanted.digests.sha1 = decoded.leaf_digests.sha256 = true;
  }
  decoded.leaf_digests.md5 = wanted.digests.md5;
  decoded.leaf_digests.sha1 = wanted.digests.sha1;
  return wanted;
}

// An item derived from text has no file: there is nothing to hash, and nothing is opened.
bool Hash::without_content(const gate::ScopeMember& scope) const {
  return std::all_of(
      scope.technologies.begin(), scope.technologies.end(), [&](const std::string& name) {
        const policy::Technology* technology = gate_.policy().technology(name);
        return technology != nullptr && technology->as<policy::Indicators>() != nullptr;
      });
}

base::Result<json::Json> Hash::member_of(const ndjson::Record& record, unsigned worker) {
  if (record.has("hash")) return base::fail("bad_record", "the record already has a hash member");
  const auto state = state_now();
  const auto scope = gate::admit_later(record, {"scope"}, *seal_key_, gate_, *state,
                                       gate_.policy().retention_unscanned);
  if (!scope) return tl::make_unexpected(scope.error());
  const auto path = record.string("content.path");
  if (!path) return tl::make_unexpected(path.error());
  if (without_content(*scope)) {
    const auto kind = record.string("content.kind");
    if (!kind) return tl::make_unexpected(kind.error());
    if (*path || !*kind || !base::parse_content_kind(**kind)) {
      return base::fail("bad_record",
                        "field content: a kind and no path were expected beside indicators");
    }
    return json::Json{{"kind", std::string(**kind)}};
  }
  if (!*path)
    return base::fail("bad_record", "field content.path: the item has no content to hash");

  const auto file = spool_.open(**path);
  if (!file) return tl::make_unexpected(file.error());
  const auto kind = kind_of(file->fd.get());
  if (!kind) return tl::make_unexpected(kind.error());
  if (kind->undecided) return tl::make_unexpected(undecided());
  if (const auto refusal = gate::leaf_refusal(kind->kind, scope->content, gate_.law())) {
    return tl::make_unexpected(base::ItemError{"kind_mismatch", refusal->message, false,
                                               refusal->rule, refusal->citation});
  }
  const auto content = hash_content(file->fd.get(), *kind, wanted(*scope), decoders_[worker]);
  if (!content) return tl::make_unexpected(content.error());
  return to_json(*content);
}

ndjson::Outcome Hash::process(const ndjson::Placed& placed, unsigned worker) {
  const ndjson::Record& record = placed.record;
  const auto failed = [&](const base::ItemError& error) {
    // A file that is gone is not a failure but an outcome of its own: a redelivered non-hit has no
    // file.
    const auto kind =
        error.code == "content_gone" ? ndjson::Outcome::Kind::pass : ndjson::Outcome::Kind::error;
    return ndjson::Outcome{kind, ndjson::with_error(record.line(), name(), error)};
  };
  const auto member = member_of(record, worker);
  if (!member) return failed(member.error());
  const auto scope_mac = record.string("scope.mac");  // verified by admit_later
  std::string line =
      record.with("hash", ndjson::seal(json::canonical(*member), **scope_mac, *seal_key_));
  if (line.size() > ndjson::kMaxLineBytes - kLaterStages) {
    return failed({"too_large", "more hashes than a record can hold", false, {}, {}});
  }
  return {ndjson::Outcome::Kind::pass, std::move(line)};
}

}  // namespace proviso::stage
