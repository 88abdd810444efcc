#include "ledger/key_rotation.h"

#include <doctest/doctest.h>

#include <string>

#include "ledger/audit_listing.h"
#include "ledger/checkpoint.h"
#include "ledger/checkpoint_copy.h"
#include "ledger/counts.h"
#include "ledger/verification.h"
#include "workplace.h"

using namespace proviso;
using namespace proviso::ledger;

namespace {

std::shared_ptr<const crypto::PrivateKey> new_key() {
  return std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::generate_ed25519());
}

Entry entry() { return {"test.event", "test", "", "", "{}"}; }

std::size_t findings(const Ledger& ledger, const crypto::PrivateKey& key,
                     const std::optional<std::string>& remembered = {}) {
  return verify(ledger, crypto::PublicKey::of(key), remembered).findings.size();
}

}  // namespace

TEST_CASE("a rotation is signed by both keys, for one entry of one log") {
  const auto one = new_key();
  const auto two = new_key();
  const KeyRotated rotation = rotation_of("proviso/a", 5, *one, *two);
  CHECK(is_signed_by_both(rotation, "proviso/a", 5));
  CHECK_FALSE(is_signed_by_both(rotation, "proviso/a", 6));
  CHECK_FALSE(is_signed_by_both(rotation, "proviso/b", 5));
  for (std::string KeyRotated::*member :
       {&KeyRotated::old_key, &KeyRotated::new_key, &KeyRotated::by_old, &KeyRotated::by_new}) {
    KeyRotated bad = rotation;
    bad.*member = (bad.*member).substr(1) + "0";
    CHECK_FALSE(is_signed_by_both(bad, "proviso/a", 5));
  }
}

TEST_CASE("after a rotation the new key appends, and the old one opens nothing") {
  LedgerFixture f;
  Ledger ledger = f.open();
  ledger.append(entry());
  Ledger of_another_process = f.open();
  of_another_process.append(entry());
  const std::string before = ledger.checkpoint_note();
  const auto next = new_key();
  ledger.rotate_key(next);
  const std::string note = ledger.checkpoint_note();
  const auto old_public = f.public_key();
  const auto new_public = crypto::PublicKey::of(*next);
  // Who has either key can verify the checkpoint that hands over.
  CHECK(verify_checkpoint(note, old_public, "note").size == 4);
  CHECK(verify_checkpoint(note, new_public, "note").size == 4);
  CHECK(verify_checkpoint(note, old_public, "note").next_key == new_public.raw());

  const auto refused = [](const auto& what) {
    try {
      what();
      return base::ExitCode::ok;
    } catch (const base::Error& error) {
      CHECK(std::string(error.what()).find("its key was rotated") != std::string::npos);
      return error.code();
    }
  };
  CHECK(refused([&] { of_another_process.append(entry()); }) == base::ExitCode::config);
  CHECK(refused([&] { f.open(); }) == base::ExitCode::config);
  CHECK(refused([&] { Ledger::open_to_read(f.path, old_public); }) == base::ExitCode::config);

  ledger.append(entry());
  CHECK(ledger.checkpoint().size == 5);
  CHECK_THROWS_AS(verify_checkpoint(ledger.checkpoint_note(), old_public, "note"), base::Error);
  Ledger later = Ledger::open_to_append(f.path, next, true);
  later.append(entry());
  CHECK(later.checkpoint().size == 6);
  CHECK(findings(later, *next) == 0);

  // What was remembered under the old key still shows a rollback.
  CHECK(findings(later, *next, before) == 0);
  CHECK_NOTHROW(later.require_extends(before, "copy"));
  const auto another = new_key();
  later.rotate_key(another);
  CHECK_NOTHROW(later.require_extends(before, "copy"));
  CHECK_NOTHROW(later.require_extends(note, "copy"));
  CHECK(findings(later, *another, before) == 0);
  const auto stranger = new_key();
  const Checkpoint forged{"proviso/test/rehearsal", 1, {}};
  CHECK_THROWS_AS(later.require_extends(
                      sign_checkpoint(forged, *stranger, crypto::PublicKey::of(*stranger)), "copy"),
                  base::Error);
  CHECK_THROWS_AS(later.require_extends(sign_checkpoint(forged, *f.key, old_public), "copy"),
                  base::Error);
}

TEST_CASE("a crash between the two slots of a rotation loses nothing, and hands over") {
  for (const int appends : {1, 2}) {  // the head is in one slot or in the other
    CAPTURE(appends);
    LedgerFixture f;
    Ledger ledger = f.open();
    for (int i = 0; i < appends; ++i) ledger.append(entry());
    const std::uint64_t size = ledger.checkpoint().size;
    const std::string heads = base::read_file(f.path / "heads");
    const std::string checkpoint = base::read_file(f.path / "checkpoint");
    const auto next = new_key();
    ledger.rotate_key(next);
    const std::string after = base::read_file(f.path / "heads");
    // The first write goes over the slot that is not the head.
    const std::size_t slot =
        heads.substr(0, 4096).find("\n" + std::to_string(size) + "\n") != std::string::npos ? 1 : 0;
    std::string half = heads;
    half.replace(slot * 4096, 4096, after.substr(slot * 4096, 4096));
    base::replace_file(f.path / "heads", half);
    base::replace_file(f.path / "checkpoint", checkpoint);
    Ledger again = Ledger::open_to_append(f.path, next, true);
    CHECK(again.checkpoint().size == size + 1);
    CHECK_THROWS_WITH_AS(f.open(), doctest::Contains("its key was rotated"), base::Error);
    again.append(entry());
    again.append(entry());
    CHECK(again.checkpoint().size == size + 3);
    CHECK(findings(again, *next) == 0);

    // Before the first write there is no rotation: what lies behind the head is cut.
    base::replace_file(f.path / "heads", heads);
    base::replace_file(f.path / "checkpoint", checkpoint);
    CHECK(f.open().checkpoint().size == size);
    CHECK_THROWS_AS(Ledger::open_to_append(f.path, next, true), base::Error);
  }
}

TEST_CASE("no signature that is taken away or added undoes a rotation") {
  LedgerFixture f;
  Ledger ledger = f.open();
  ledger.append(entry());
  ledger.rotate_key(new_key());
  const std::string note = ledger.checkpoint_note();
  const std::string stripped = note.substr(0, note.rfind('\n', note.size() - 2) + 1);
  REQUIRE(verify_checkpoint(stripped, f.public_key(), "note").size == 3);
  std::string slot = stripped;
  slot.resize(4096, '\0');
  base::replace_file(f.path / "heads", slot + slot);
  base::replace_file(f.path / "checkpoint", stripped);
  CHECK_THROWS_WITH_AS(f.open(), doctest::Contains("its key was rotated"), base::Error);

  // And one that another key adds says nothing.
  LedgerFixture g;
  g.open().append(entry());
  std::string added = g.open().checkpoint_note();
  added = sign_too(added, g.open().checkpoint(), *new_key());
  slot = added;
  slot.resize(4096, '\0');
  base::replace_file(g.path / "heads", slot + slot);
  base::replace_file(g.path / "checkpoint", added);
  CHECK(g.open().checkpoint().size == 2);
}

TEST_CASE("the key that signs is the one that was rotated to, and a key is not rotated to itself") {
  LedgerFixture f;
  Ledger ledger = f.open();
  const auto next = new_key();
  ledger.append(to_entry(rotation_of("proviso/test/rehearsal", 1, *f.key, *next), "policy"));
  CHECK(findings(ledger, *f.key) == 1);  // the old one still signs
  CHECK_THROWS_WITH_AS(ledger.rotate_key(f.key), doctest::Contains("already"), base::Error);
}

TEST_CASE("no key is rotated while counts are in progress") {
  LedgerFixture f;
  Ledger ledger = f.open();
  const auto next = new_key();
  {
    Counts counts(ledger, "scope-check");
    CountKey key;
    key.side = CountSide::in;
    key.outcome = CountOutcome::admitted;
    counts.add(new_run(), key);
    counts.commit();
    CHECK_THROWS_WITH_AS(ledger.rotate_key(next), doctest::Contains("in progress"), base::Error);
    counts.close();
  }
  CHECK_NOTHROW(ledger.rotate_key(next));
}

TEST_CASE("a rotation that both keys did not sign is found") {
  LedgerFixture f;
  Ledger ledger = f.open();
  const auto next = new_key();
  KeyRotated rotation = rotation_of("proviso/test/rehearsal", 1, *f.key, *next);
  rotation.by_new = rotation.by_old;
  ledger.append(to_entry(rotation, "policy"));
  CHECK(findings(ledger, *f.key) == 2);  // and the old key still signs
}
