#!/usr/bin/env bats
# What every tool has.
load workplace.bash

tools="hash match scope-check retain purge report dpia-check index review audit law policy init"

@test "every tool has --help and --version" {
  for tool in $tools; do
    run "$PROVISO_LIBEXEC/$tool" --help
    [ "$status" -eq 0 ]
    [ -n "$output" ]
    run "$PROVISO_LIBEXEC/$tool" --version
    [ "$status" -eq 0 ]
    [[ "$output" == *0.1.0* ]]
  done
}

@test "every tool refuses an unknown option with 64 and says so on stderr" {
  for tool in $tools; do
    run bash -c "'$PROVISO_LIBEXEC/$tool' --no-such-option </dev/null 2>&1 >/dev/null"
    [ "$status" -eq 64 ]
    [[ "$output" == "proviso-$tool: error: "* ]]
  done
}

@test "the stages print the JSON Schemas of what they read and write" {
  for stage in scope-check hash match retain; do
    for side in in out; do
      proviso "$stage" --schema "$side" | jq -e '.["$schema"]' >/dev/null
    done
  done
}

@test "the front door knows its tools and suggests near names" {
  [ -x "$(proviso --exec-path)/hash" ]
  without_reader proviso --help
  without_reader proviso --version
  without_reader proviso --exec-path
  run proviso hsah
  [ "$status" -eq 64 ]
  [[ "$output" == *hash* ]]
}

@test "policy findings are file:line:column, all at once, exit 78" {
  sed -i 's/^mode: rehearsal/mode: practice/; s/version: "1.0"/version: [1]/' policy.yaml
  echo 'surprise: yes' >>policy.yaml
  run proviso policy check
  [ "$status" -eq 78 ]
  [ "$(grep -cE 'policy.yaml:[0-9]+:[0-9]+: ' <<<"$output")" -ge 3 ]
}

@test "hostile YAML is refused with a place" {
  printf 'a: &x [1]\nb: *x\n' >bomb.yaml
  run proviso policy check --policy bomb.yaml
  [ "$status" -eq 78 ]
  [[ "$output" == *bomb.yaml:1:* ]]
  printf 'proviso: 1\nproviso: 1\n' >twice.yaml
  run proviso policy check --policy twice.yaml
  [ "$status" -eq 78 ]
  [[ "$output" == *twice.yaml:2:1* ]]
}

@test "a method of matching that there is not is refused by the policy" {
  sed -i '0,/method: pdq/s//method: guess/' policy.yaml
  run proviso policy check
  [ "$status" -eq 78 ]
  [[ "$output" == *guess*vpdq* ]]
}

@test "a damaged index is refused with what and where" {
  printf '\377' | dd of=index/known.pvx bs=1 seek=200 conv=notrunc status=none
  run bash -c 'proviso index verify 2>&1'
  [ "$status" -ne 0 ]
  [[ "$output" == *index* ]]
  truncate -s 100 index/known.pvx
  run bash -c 'proviso index info 2>&1'
  [ "$status" -ne 0 ]
}

@test "a list line that is no hash is named; too many refuse the list; a list for another purpose is refused" {
  { cat lists/known.ndjson; echo '{"id":"x","md5":"zz"}'; } >longer && mv longer lists/known.ndjson
  run bash -c 'proviso index build --sign-key offline/index.pem 2>&1'
  [ "$status" -ne 0 ]
  [[ "$output" == *"known.ndjson"* ]]
}

@test "law lists five instruments, and the calendar shows the gap" {
  [ "$(proviso law list --json | jq length)" -eq 5 ]
  [ "$(proviso law show reg-2026-1881 --json | jq -r '.rules[].id')" = "$(grep -oE '[A-Z]{2}-[0-9]{2}' "$PROVISO_SOURCE/lib/law/rule_ids.h")" ]
  run proviso law calendar
  [[ "$output" == *2026-04-0* ]]
}

@test "audit verify finds a changed, a removed and a re-ordered entry, and truncation behind the checkpoint" {
  stream <items.ndjson >/dev/null
  proviso audit verify
  segment=$(printf '%s\n' ledger/entries/*.ndjson | head -n 1)
  cp "$segment" saved
  sed -i '2s/"tool":"[a-z-]*"/"tool":"nobody"/' "$segment"
  run proviso audit verify; [ "$status" -eq 1 ]
  cp saved "$segment"; sed -i 2d "$segment"
  run proviso audit verify; [ "$status" -eq 1 ]
  { sed -n 1p saved; sed -n 3p saved; sed -n 2p saved; sed -n '4,$p' saved; } >"$segment"
  run proviso audit verify; [ "$status" -eq 1 ]
  sed '$d' saved >"$segment"
  run proviso audit verify; [ "$status" -eq 1 ]
  cp saved "$segment"
  proviso audit verify
}

@test "the ledger holds no personal data, no content and no hashes of users' content" {
  stream <items.ndjson >/dev/null
  for needle in account-1 photo-1 "$(sha256sum photos/photo-1.jpg | cut -d' ' -f1)" "$(md5sum photos/photo-1.jpg | cut -d' ' -f1)"; do
    never grep -rqF "$needle" ledger
  done
  never grep -aqF account-1 vault/vault.db*
}
