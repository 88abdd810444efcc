#!/usr/bin/env bats
# scope-check: every rule that it enforces, at a user's command line.
# shellcheck disable=SC2154 # workplace.bash sets work
load workplace.bash

refused_under() {  # RULE: standard input is one item; it must be refused under that rule and nothing let through
  run bash -c 'proviso scope-check --quiet --rejects refused.ndjson 2>errors.txt'
  [ "$status" -eq 0 ] || [ "$status" -eq 65 ]
  [ -z "$output" ]
  [ "$(jq -r .rule refused.ndjson)" = "$1" ]
  [ -n "$(jq -r .citation refused.ndjson)" ]
}

@test "an in-scope item is let through with a sealed scope member and every other byte as it was" {
  item m-1 image photo-3.jpg | sed 's/"id"/"strange" :  [1.50,"\\u00e9"] ,"id"/' >in.ndjson
  proviso scope-check --quiet <in.ndjson >out.ndjson
  [ "$(sed 's/,"scope":.*$/}/' out.ndjson)" = "$(cat in.ndjson)" ]
  [ "$(jq -r .scope.decision out.ndjson)" = "admitted" ]
  [ "$(jq -r .scope.mode out.ndjson)" = "rehearsal" ]
  [ "$(jq -r '.scope.mac | length' out.ndjson)" -eq 32 ]
}

@test "SC-06: audio is refused" { item m audio song.mp3 | refused_under SC-06; }
@test "SC-05: text is refused" { item m text "" 'del(.content.path)' | refused_under SC-05; }
@test "SC-07: an end-to-end encrypted item is refused" { item m image photo-3.jpg '.e2ee = true' | refused_under SC-07; }
@test "SC-01: a user outside the service's regions is refused" { item m image photo-3.jpg '.region = "US"' | refused_under SC-01; }

@test "SC-09: an unknown service is refused" { item m image photo-3.jpg '.service = "forum"' | refused_under SC-09; }

@test "HU-05: a party under professional secrecy refuses the item where the text makes it a condition, and no id is kept" {
  sed -i 's/^also:.*/also: [libe-2020]/' policy.yaml
  grep -q '^also: \[libe-2020\]' policy.yaml
  PROVISO_TEMPLATE="" "$PROVISO_SOURCE/tests/pipeline/reopen-gate" "$work"
  item m image photo-3.jpg '.counterparts = [{"account": "x", "region": "FR", "secrecy": "protected"}]' | refused_under HU-05
  [ "$(jq -r '.id // "none"' refused.ndjson)" = "none" ]
}

@test "a refused item's spool file is unlinked without being opened" {
  not_sanitized
  item m image photo-3.jpg '.region = "US"' >in.ndjson
  strace -f -e trace=open,openat,openat2 -o trace.txt proviso scope-check --quiet <in.ndjson
  [ ! -e spool/photo-3.jpg ]
  never grep -q 'photo-3.jpg' trace.txt
}

@test "a dry run refuses but unlinks and records nothing" {
  item m image photo-3.jpg '.region = "US"' >in.ndjson
  before=$(find ledger -type f -exec sha256sum {} + | sort)
  proviso scope-check --quiet --dry-run --rejects refused.ndjson <in.ndjson
  [ "$(jq -r .rule refused.ndjson)" = SC-01 ]
  [ -e spool/photo-3.jpg ]
  [ "$before" = "$(find ledger -type f -exec sha256sum {} + | sort)" ]
}

@test "SC-12: the gate is closed on every day from 4 April to 30 July 2026, and all missing conditions are named" {
  for day in 2026-04-04T00:00:00Z 2026-05-20T12:00:00Z 2026-07-30T23:59:59Z 2028-04-04T00:00:00Z; do
    run bash -c "proviso scope-check --now $day <items.ndjson 2>&1 >out.ndjson"
    [ "$status" -eq 69 ]
    [ ! -s out.ndjson ]
    [[ "$output" == *SC-12* ]]
  done
}

@test "the gate is closed without a DPIA, and the refusal names the article" {
  rm dpia/known-pdq.yaml
  sed -i 's/completed:.*/completed:/' dpia/known-digests.yaml
  run bash -c 'proviso scope-check <items.ndjson 2>&1 >out.ndjson'
  [ "$status" -eq 69 ] || [ "$status" -eq 78 ]
  [ ! -s out.ndjson ]
}

@test "in production a set clock is refused with 78" {
  sed -i 's/^mode: rehearsal/mode: production/' policy.yaml
  run proviso scope-check --now 2026-11-24T10:00:00Z </dev/null
  [ "$status" -eq 78 ]
}

@test "malformed lines cost one error record each and nothing else is lost" {
  {
    item m-1 image photo-3.jpg
    printf 'no json at all\n'
    printf '{"id":"a","id":"b"}\n'
    printf '{"id":7}\n'
    printf '{"id":"bad-utf8-\xff"}\n'
    printf '{"service":"chat"}\n'
    item m-2 image photo-4.jpg '.region = 5'
    item m-3 image photo-4.jpg '.scope = {}'
    printf '%s' "$(item m-4 image photo-5.jpg)"
  } >in.ndjson
  run bash -c 'proviso scope-check <in.ndjson >out.ndjson 2>errors.txt'
  [ "$status" -eq 2 ]
  [ "$(jq -r 'select(.scope.mac) | .id' out.ndjson | tr '\n' ' ')" = "m-1 m-4 " ]
  [ "$(jq -r 'select(.error) | .error.code' out.ndjson | sort | uniq -c | tr -s ' ')" = " 7 bad_record" ]
  never grep -q 'no json at all' out.ndjson
}

@test "a line of 17 MiB is an error record; the stream goes on" {
  {
    printf '{"id":"big","x":"'; head -c 17825792 /dev/zero | tr '\0' a; printf '"}\n'
    item m-1 image photo-3.jpg
  } >in.ndjson
  run bash -c 'proviso scope-check --quiet <in.ndjson >out.ndjson'
  [ "$status" -eq 2 ]
  [ "$(jq -r '.id // .error.code' out.ndjson | tr '\n' ' ')" = "line_too_long m-1 " ]
}

@test "input without any record is exit 65" {
  run bash -c 'printf "nonsense\n" | proviso scope-check --quiet >/dev/null'
  [ "$status" -eq 65 ]
}

@test "empty input is no failure" {
  run proviso scope-check --quiet </dev/null
  [ "$status" -eq 0 ]
  [ -z "$output" ]
}

@test "--explain tells the rule, and what stands in the way of each technology; an unknown id is 66" {
  { item m-1 image photo-3.jpg; item m-2 audio song.mp3; } >in.ndjson
  run proviso scope-check --quiet --explain m-2 <in.ndjson
  [ "$status" -eq 0 ]
  [[ "${lines[0]}" == "item m-2: refused under SC-06 ("* ]]
  [[ "$output" == *"technology known-pdq: open"* ]]
  [[ "$(proviso scope-check --quiet --explain m-1 <in.ndjson)" == "item m-1: let through for "* ]]
  run proviso scope-check --quiet --explain m-3 <in.ndjson
  [ "$status" -eq 66 ]
  [ -e spool/photo-3.jpg ]
}

@test "--compare shows what another text would decide, and records nothing" {
  { item m-1 image photo-3.jpg; item m-2 image photo-4.jpg '.e2ee = true'; item m-3 audio song.mp3; } >in.ndjson
  before=$(cat ledger/checkpoint)
  run bash -c 'proviso scope-check --quiet --compare reg-2021-1232-am2024 <in.ndjson'
  [ "$status" -eq 0 ]
  [[ "${lines[0]}" == *"reg-2026-1881"*"reg-2021-1232-am2024" ]]
  grep -q '^ *1  \* refused SC-07  *let through$' <<<"$output"
  grep -q '^ *1    refused SC-06  *refused SC-06$' <<<"$output"
  [ "$(cat ledger/checkpoint)" = "$before" ]
}

@test "--dry-run ends with a table of what was refused under which rule" {
  { item m-1 image photo-3.jpg; item m-2 audio song.mp3; item m-3 audio song.mp3; } >in.ndjson
  proviso scope-check --dry-run <in.ndjson >out.ndjson 2>err.txt
  grep -q '^ *2  refused *SC-06 *Regulation (EU) 2026/1881 Art. 1(2)$' err.txt
  [ -e spool/photo-3.jpg ]
}

@test "--historical judges each item by its own day: the gap of 2026 lets nothing through" {
  item m-1 image photo-3.jpg '.sent_at = "2026-05-01T12:00:00Z"' >in.ndjson
  proviso scope-check --dry-run --historical --rejects refused.ndjson <in.ndjson >out.ndjson 2>/dev/null
  [ ! -s out.ndjson ]
  [ "$(jq -r .rule refused.ndjson)" = SC-12 ]
  run proviso scope-check --historical <in.ndjson
  [ "$status" -eq 64 ]
}
