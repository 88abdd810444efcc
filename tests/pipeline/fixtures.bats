#!/usr/bin/env bats
# A ledger, a vault and an index that the build of November 2026 wrote (tests/data/fixtures) are read as that build read them, and
# can be gone on with. Whoever changes a format raises its version, keeps the reader of the old one, and adds fixtures here.

setup_file() {
  export fixtures=$PROVISO_SOURCE/tests/data/fixtures/2026-11
  "$fixtures/ask" "$fixtures/workplace.tar.xz" "$BATS_FILE_TMPDIR/answers"
}

setup() {
  tar -C "$BATS_TEST_TMPDIR" -xJf "$fixtures/workplace.tar.xz"
  cd "$BATS_TEST_TMPDIR/workplace" || return 1
  export PROVISO_POLICY=policy.yaml PROVISO_NOW=2026-12-09T13:00:00Z
}

same() {  # FILE...: the answers are those of the build that made the fixtures, byte for byte
  local file
  for file in "$@"; do
    diff "$fixtures/answers/$file" "$BATS_FILE_TMPDIR/answers/$file" | head -n 20
    cmp "$fixtures/answers/$file" "$BATS_FILE_TMPDIR/answers/$file"
  done
}

case_in() { proviso review list --quiet --format ndjson --state "$1" | jq -r .case | head -n 1; }

state_of() { proviso review list --quiet --format ndjson | jq -r --arg id "$1" 'select(.case == $id) | .state'; }

decide() {  # CASE VERDICT REVIEWER
  proviso review decide "$1" "$2" --reason "made up" --person "$3" --sign-key "offline/$3.key" --quiet
}

@test "every answer is compared below" {
  [ "$(ls "$BATS_FILE_TMPDIR/answers")" = "$(ls "$fixtures/answers")" ]
  sed -n 's/^  same //p' "$BATS_TEST_FILENAME" | tr ' ' '\n' | sort >"$BATS_TEST_TMPDIR/compared"
  [ "$(cat "$BATS_TEST_TMPDIR/compared")" = "$(printf '%s\n' "$fixtures"/answers/* | sed 's|.*/||' | sort)" ]
}

@test "the policy and its drift digests" {
  same policy.yaml policy-resolved.json policy-check.txt dpia-check.txt
  [ "$(jq '[.technologies[].drift_digest] | unique | length' "$fixtures/answers/policy-resolved.json")" -eq 5 ]
}

@test "the ledger: verified, each entry as it was written, its balances" {
  same audit-verify.txt audit-query.ndjson audit-balance.ndjson
  [ "$(wc -l <ledger/entries/0001.ndjson)" -eq "$(wc -l <"$fixtures/answers/audit-query.ndjson")" ]
}

@test "the index: what it has, its blocks, each look-up" {
  same index-info.json index-verify.txt index-query.ndjson index-export.ndjson index-neighbours.txt
}

@test "the vault: cases, their ends, what purge would do" {
  same review-list.ndjson review-list.txt purge-status.json purge-dry-run.ndjson purge-plan.ndjson
  [ "$(jq -r .state "$fixtures/answers/review-list.ndjson" | sort -u | tr '\n' ' ')" = "confirmed confirmed-as-new reported suspected " ]
}

@test "the vault: decisions, sealed metadata and content" {
  same decisions.ndjson contents.txt
}

@test "the yearly report" {
  same annual.json annual.csv annual.md
}

@test "the same lists make the same index" {
  proviso index build --sign-key offline/index.pem --output again.pvx --quiet
  cmp index/known.pvx again.pvx
}

@test "the second decision of two is added to the vault and the ledger" {
  waiting=$(jq -r 'select(.decision == "confirm") | .case' "$fixtures/answers/decisions.ndjson" | sort | uniq -u | while read -r id; do
    if [ "$(state_of "$id")" = suspected ] && ! grep -q "$id.*reject" "$fixtures/answers/decisions.ndjson"; then echo "$id"; fi
  done | head -n 1)
  [ -n "$waiting" ]
  cp ledger/checkpoint before
  decide "$waiting" confirm reviewer-2
  [ "$(state_of "$waiting")" = confirmed ]
  [ "$(proviso audit query --event case.decided --case "$waiting" | jq -c .reviewers)" = "[1,2]" ]
  proviso audit verify --since before
}

@test "a case is stored, rejected and purged, and the others go at their ends" {
  before=$(proviso review list --quiet --format ndjson | wc -l)
  cp ledger/checkpoint before
  cp "$PROVISO_SOURCE/tests/data/media/video.mp4" spool/new.mp4
  touch -d "$PROVISO_NOW" spool/new.mp4
  jq -cn '{id: "new", service: "chat", account: "account-1", region: "DE", role: "sending", sent_at: "2026-12-09T13:00:00Z", e2ee: false,
    secrecy: "none", content: {kind: "video", path: "new.mp4"}}' |
    proviso scope-check --quiet | proviso hash --quiet | proviso match --quiet | proviso retain --quiet >retained.ndjson
  new=$(jq -r .retain.case retained.ndjson)
  [ "$(proviso review list --quiet --format ndjson | wc -l)" -eq $((before + 1)) ]
  decide "$new" reject reviewer-1
  decide "$new" reject reviewer-2
  [ "$(proviso review list --quiet --format ndjson | wc -l)" -eq "$before" ]
  PROVISO_NOW=2027-12-20T10:00:00Z proviso purge --confirm-clock --quiet
  [ "$(proviso review list --quiet --format ndjson | wc -l)" -eq 0 ]
  [ -z "$(find vault/blobs -type f)" ]
  PROVISO_NOW=2027-12-20T10:00:00Z proviso purge --verify --quiet
  proviso audit verify --since before
}
