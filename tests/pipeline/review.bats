#!/usr/bin/env bats
# People: review, report, purge.
load workplace.bash

prepare() { stream <items.ndjson >retained.ndjson; first=$(jq -r 'select(.id == "photo-1") | .retain.case' retained.ndjson); }

@test "show gives a small blurred grey PNG and records the look" {
  prepare
  proviso review show "$first" --open-key offline/review.key --purpose reporting --output preview.png
  [ "$(identify -format '%m' preview.png)" = PNG ]
  [ "$(identify -format '%w' preview.png)" -le 96 ]
  [ "$(proviso audit query --event case.accessed | wc -l)" -ge 1 ]
}

@test "nothing opens a case without the review key" {
  prepare
  run proviso review show "$first" --open-key offline/reviewer-1.key --purpose reporting --output preview.png
  [ "$status" -ne 0 ]
  [ ! -e preview.png ]
}

@test "--clear gives back the very bytes" {
  prepare
  proviso review show "$first" --open-key offline/review.key --purpose reporting --clear --output clear.jpg
  cmp clear.jpg photos/photo-1.jpg
}

@test "a reader of shown content that went away is not an error; a full disk is" {
  prepare
  without_reader proviso review show "$first" --open-key offline/review.key --purpose reporting
  without_reader proviso review show "$first" --open-key offline/review.key --purpose reporting --clear
  run bash -c "proviso review show '$first' --open-key offline/review.key --purpose reporting --clear >/dev/full"
  [ "$status" -eq 74 ]
}

@test "an outbox line that was changed is refused in words, and stays" {
  prepare
  sqlite3 vault/vault.db "INSERT INTO outbox(event_id, entry, origin) VALUES('planted', '{}', '')"
  for call in "review list" "purge --status" "review show $first --open-key offline/review.key --purpose reporting"; do
    # shellcheck disable=SC2086 # words
    run proviso $call
    [ "$status" -eq 65 ]
    [[ "$output" == *"outbox line planted: a member is missing or has the wrong type"* ]]
  done
  [ "$(sqlite3 vault/vault.db "SELECT count(*) FROM outbox")" -eq 1 ]
}

@test "a rejected case is purged at once: blob, envelope, row" {
  prepare
  before=$(find vault/blobs -type f | wc -l)
  proviso review decide "$first" reject --reason "harmless" --person reviewer-1 --sign-key offline/reviewer-1.key --quiet
  [ "$(find vault/blobs -type f | wc -l)" -eq $((before - 1)) ]
  [ "$(cases | grep -c "$first")" -eq 0 ]
  [ "$(proviso audit query --event case.purged | grep -c "$first")" -eq 1 ]
}

@test "a decision with somebody else's key is refused" {
  prepare
  run proviso review decide "$first" confirm --reason "x" --person reviewer-1 --sign-key offline/reviewer-2.key
  [ "$status" -ne 0 ]
  [ "$(proviso review list --format ndjson | jq -r --arg c "$first" 'select(.case == $c) | .state')" = suspected ]
}

@test "HU-03: an unreviewed hit that is not previously identified is not sent" {
  prepare
  case=$(proviso review list --format ndjson | jq -r 'select(.technology == "known-pdq") | .case' | head -n 1)
  [ -n "$case" ]
  run proviso report case "$case" --to example-hotline --open-key offline/review.key --output case.p7m
  [ "$status" -eq 77 ]
  [[ "$output" == *HU-03* ]]
  [ ! -e case.p7m ]
}

@test "CR-02: nothing goes to a body that is not registered" {
  prepare
  proviso review decide "$first" confirm --reason "x" --person reviewer-1 --sign-key offline/reviewer-1.key --quiet
  run proviso report case "$first" --to somebody-else --open-key offline/review.key --output case.p7m
  [ "$status" -ne 0 ]
  [ ! -e case.p7m ]
}

@test "a confirmed case becomes a package that openssl and unzip open" {
  prepare
  proviso review decide "$first" confirm --reason "x" --person reviewer-1 --sign-key offline/reviewer-1.key --quiet
  proviso report case "$first" --to example-hotline --open-key offline/review.key --output case.p7m --quiet
  openssl cms -decrypt -inform DER -in case.p7m -recip certs/example-hotline.crt -inkey offline/example-hotline.key -out case.signed
  openssl cms -verify -inform DER -in case.signed -CAfile keys/packages.crt -purpose any -out case.zip
  mkdir package
  unzip -q case.zip -d package
  ( cd package && sha256sum -c SHA256SUMS )
  grep -rqi rehearsal package/manifest.json
}

@test "purge takes what is past its clock, says why, and leaves a record" {
  prepare
  run bash -c 'proviso purge --dry-run --confirm-clock --now 2026-12-24T10:00:00Z --quiet 2>/dev/null'
  [ "$(cases | wc -l)" -eq 4 ]
  [[ "$output" == *ST-0* || "$output" == *policy* ]]
  proviso purge --quiet --now 2026-12-24T10:00:00Z
  [ -z "$(find vault/blobs -type f)" ]
  [ "$(proviso audit query --event case.purged | wc -l)" -eq 4 ]
  proviso purge --verify --now 2026-12-24T10:00:00Z --quiet
}

@test "a clock far ahead of the last entry stops purge with 3 until confirmed" {
  prepare
  run proviso purge --now 2027-12-01T10:00:00Z
  [ "$status" -eq 3 ]
  [ "$(find vault/blobs -type f | wc -l)" -eq 4 ]
  proviso purge --confirm-clock --now 2027-12-01T10:00:00Z --quiet
  [ -z "$(find vault/blobs -type f)" ]
}

@test "abandoned spool files are swept after retention.unscanned" {
  touch -d 2026-11-24T07:00:00Z spool/photo-5.jpg
  proviso purge --quiet
  [ ! -e spool/photo-5.jpg ]
  [ -e spool/photo-6.jpg ]
}

@test "the annual report counts what the ledger has" {
  prepare
  proviso review decide "$first" reject --reason "x" --person reviewer-1 --sign-key offline/reviewer-1.key --quiet
  proviso report annual --year 2026 --format json >annual.json
  jq -e . annual.json >/dev/null
  [ "$(jq -r '[.. | objects | select(.id? == "1.4") | .value] | first' annual.json)" = 8 ]
  [ "$(jq -r '[.. | objects | select(.id? == "6.B1") | .value] | first' annual.json)" = 1 ]
}
