#!/usr/bin/env bats
# The stream: scope-check | hash | match | retain.
# shellcheck disable=SC2154 # workplace.bash sets work
load workplace.bash

@test "the road ends in one sealed case for each hit, and an empty spool" {
  stream <items.ndjson >retained.ndjson
  [ "$(jq -r .id retained.ndjson | sort | tr '\n' ' ')" = "photo-1 photo-1-resized photo-2 photo-2-recompressed " ]
  [ "$(cases | sort -u | wc -l)" -eq 4 ]
  [ -z "$(find spool -type f)" ]
}

@test "order is kept and each stage adds exactly one member" {
  proviso scope-check --quiet <items.ndjson | proviso hash --quiet --jobs 4 | proviso match --quiet >matched.ndjson
  [ "$(jq -r .id matched.ndjson)" = "$(jq -r .id items.ndjson)" ]
  [ "$(jq -r 'keys - ["id","service","account","region","role","sent_at","e2ee","secrecy","content"] | join(",")' matched.ndjson | sort -u)" = "hash,match,scope" ]
}

@test "kind_mismatch: an MP3 named .jpg is never digested, names its rule, and its file is gone" {
  printf 'ID3\004\000\000\000\000\000\000not really music' >spool/voice.jpg
  item voice image voice.jpg >in.ndjson
  run bash -c 'proviso scope-check --quiet <in.ndjson | proviso hash --quiet >hashed.ndjson'
  [ "$(jq -r .error.code hashed.ndjson)" = kind_mismatch ]
  [ "$(jq -r .error.rule hashed.ndjson)" = SC-06 ]
  [ "$(jq -r '.hash // "none"' hashed.ndjson)" = none ]
  run bash -c 'proviso match --quiet <hashed.ndjson | proviso retain --quiet >/dev/null'
  [ ! -e spool/voice.jpg ]
}

@test "a non-hit leaves nothing: no file outside the ledger is created or written by the stream" {
  not_sanitized
  item photo-3 image photo-3.jpg >in.ndjson
  for stage in scope-check hash match retain; do
    strace -f -qq -e trace=open,openat,openat2,creat,rename,renameat,renameat2,mkdir,mkdirat,link,linkat,symlink,symlinkat,truncate,mknod,mknodat \
      -o "$work.$stage.trace" proviso "$stage" --quiet <in.ndjson >"$work.out"
    cp "$work.out" in.ndjson
  done
  [ ! -s "$work.out" ]
  cat "$work".*.trace | grep -E 'O_WRONLY|O_RDWR|O_CREAT|rename|mkdir|link|truncate|mknod|creat\(' |
    grep -vE 'O_RDONLY|= -1 |/dev/(null|tty|pts)|/proc/|/sys/|readlink|unlink' |
    grep -vE "\"[^\"]*ledger[^\"]*\"|\"(entries|open|checkpoint|documents|lock)" |
    grep -vE "/vault/checkpoint|/vault\", O_RDWR.O_CLOEXEC.O_TMPFILE" >"$work.writes" || true   # the copy of the ledger's head
  cat "$work.writes"
  [ ! -s "$work.writes" ]
  [ ! -e spool/photo-3.jpg ]
  never grep -rq "$(sha256sum photos/photo-3.jpg | cut -d' ' -f1)" ledger vault
  rm -f "$work".*.trace "$work.out" "$work.writes"
}

@test "bad_seal: a changed member is seen by the next stage, a record re-serialised by jq still verifies" {
  proviso scope-check --quiet <items.ndjson >scoped.ndjson
  jq -c . scoped.ndjson | proviso hash --quiet >hashed.ndjson
  [ "$(jq -r 'select(.error)' hashed.ndjson)" = "" ]
  run bash -c "head -n 1 scoped.ndjson | jq -c '.scope.technologies = [\"known-pdq\"]' | proviso hash --quiet"
  [ "$(jq -r .error.code <<<"$output")" = bad_seal ]
  run bash -c "head -n 1 scoped.ndjson | jq -c '.content.path = \"photo-6.jpg\"' | proviso hash --quiet"
  [ "$(jq -r .error.code <<<"$output")" = bad_seal ]
  run bash -c "sed -n 3p hashed.ndjson | jq -c '.hash.pdq_quality = 1' | proviso match --quiet"
  [ "$(jq -r .error.code <<<"$output")" = bad_seal ]
}

@test "retain unlinks nothing whose seal fails" {
  proviso scope-check --quiet <items.ndjson | proviso hash --quiet | proviso match --quiet >matched.ndjson
  run bash -c "sed -n 3p matched.ndjson | jq -c '.content.path = \"photo-4.jpg\"' | proviso retain --quiet"
  [ -e spool/photo-3.jpg ]
  [ -e spool/photo-4.jpg ]
}

@test "gate_changed: a record of another policy is an error, retryable" {
  proviso scope-check --quiet <items.ndjson >scoped.ndjson
  sed -i 's/^  four_eyes:.*/  four_eyes: true/' policy.yaml
  grep -q '^  four_eyes: true' policy.yaml
  run bash -c 'proviso hash --quiet <scoped.ndjson'
  [ "$status" -eq 2 ]
  [ "$(jq -r .error.code <<<"$output" | sort -u)" = gate_changed ]
}

@test "scope_stale: what was let through too long ago is not hashed" {
  proviso scope-check --quiet <items.ndjson >scoped.ndjson
  run bash -c 'proviso hash --quiet --now 2026-11-24T12:00:00Z <scoped.ndjson'
  [ "$status" -eq 2 ]
  [ "$(jq -r .error.code <<<"$output" | sort -u)" = scope_stale ]
}

@test "hostile images cost one error record each with a stable code" {
  head -c 900 photos/photo-3.jpg >spool/cut.jpg
  printf '\211PNG\r\n\032\n garbage' >spool/garbage.png
  printf '\211PNG\r\n\032\n\000\000\000\015IHDR\000\001\206\240\000\001\206\240\010\006\000\000\000' >spool/bomb.png
  : >spool/empty.jpg
  printf 'PK\003\004\024\000 some zip' >spool/x.zip
  ln -s /etc/passwd spool/link.jpg
  {
    item cut image cut.jpg; item garbage image garbage.png; item bomb image bomb.png; item empty image empty.jpg
    item zip image x.zip; item link image link.jpg; item outside image ../policy.yaml; item gone image gone.jpg
    item ok image photo-1.jpg
  } >in.ndjson
  run bash -c 'proviso scope-check --quiet <in.ndjson | proviso hash --quiet >hashed.ndjson'
  [ "$(jq -r 'select(.hash) | .id' hashed.ndjson)" = ok ]
  [ "$(jq -r 'select(.id == "gone") | .error.code' hashed.ndjson)" = content_gone ]
  jq -c 'select(.id == "gone")' hashed.ndjson >gone.ndjson
  proviso match --quiet <gone.ndjson >/dev/null   # no failure: it exits with 0
  [ "$(jq -r 'select(.id == "link") | .error.code' hashed.ndjson)" = content_unreadable ]
  [ "$(jq -r 'select(.id == "outside") | .error.code' hashed.ndjson)" = content_unreadable ]
  for id in cut garbage bomb empty zip; do
    [[ "$(jq -r --arg id "$id" 'select(.id == $id) | .error.code' hashed.ndjson)" =~ ^(decode_failed|too_large|unsupported|kind_mismatch)$ ]]
  done
}

@test "a redelivered item makes no second case" {
  cp items.ndjson again.ndjson
  cp -a spool spool.before
  stream <items.ndjson >/dev/null
  cp spool.before/* spool/
  stream <again.ndjson >retained.ndjson
  [ "$(cases | wc -l)" -eq 4 ]
}

@test "kill -9 in the middle of retain, and a rerun: the same cases, once each" {
  for i in $(seq 1 60); do cp photos/photo-1.jpg "spool/copy-$i.jpg"; item "copy-$i" image "copy-$i.jpg"; done >in.ndjson
  touch -d "$PROVISO_NOW" spool/*
  proviso scope-check --quiet <in.ndjson | proviso hash --quiet | proviso match --quiet >matched.ndjson
  for delay in 0.02 0.05 0.1 0.15; do
    proviso retain --quiet <matched.ndjson >/dev/null &
    pid=$!
    sleep "$delay"
    pkill -9 -P "$pid" 2>/dev/null || true
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  run bash -c 'proviso retain --quiet <matched.ndjson >retained.ndjson'
  [ "$(cases | sort -u | wc -l)" -eq 60 ]
  [ "$(find vault/blobs -type f | wc -l)" -ge 60 ]
  proviso purge --quiet
  [ "$(find vault/blobs -type f | wc -l)" -eq 60 ]
  [ "$(cases | wc -l)" -eq 60 ]
  proviso audit verify
}

@test "kill -9 of scope-check on a slow disk: no line was written and no file unlinked before its count was durable" {
  not_sanitized
  many_items 60000 >in.ndjson   # in order, so what is counted is those before some number
  seq 1 200 60000 | sed 's/.*/m-&.jpg/' >refused
  killed=0
  for _ in 1 2 3 4 5 6 7 8; do
    (cd spool && xargs touch <../refused)
    : >out.ndjson
    # What is not synced is not in the file yet, so that the kill takes it as a power cut would.
    LD_PRELOAD=$PROVISO_SLOW_SYNC PROVISO_SYNC_MS=40 PROVISO_SYNC_KEEPS=.counts "$PROVISO_LIBEXEC/scope-check" --quiet <in.ndjson >out.ndjson &
    pid=$!
    until [ -s out.ndjson ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
    sleep "0.0$((RANDOM % 10))"
    kill -9 "$pid" 2>/dev/null || true
    status=0
    wait "$pid" || status=$?
    [ "$status" -ne 137 ] || killed=$((killed + 1))
    counted=$( (proviso audit balance --all 2>/dev/null || true) | tail -n 1 | jq '.in + .dropped_at_scope')
    written=$(grep -ao '"id":"m-[0-9]*' out.ndjson | tail -n 1 | grep -o '[0-9]*$' || echo -1)
    unlinked=$( (cd spool && sort ../refused | comm -23 - <(printf '%s\n' m-*.jpg | sort)) | grep -o '[0-9]*' | sort -n | tail -n 1)
    echo "counted $counted, last written $written, last unlinked ${unlinked:--1}"
    [ "$counted" -ge 2048 ]
    [ "$written" -lt "$counted" ]
    [ "${unlinked:--1}" -lt "$counted" ]
  done
  [ "$killed" -gt 0 ]
  proviso scope-check --quiet <items.ndjson >/dev/null   # folds what the dead counted
  [ -z "$(ls ledger/open)" ]
  proviso audit verify
}

@test "scope-check on a slow disk writes what a live producer sent, without waiting for more" {
  not_sanitized
  mkfifo in out
  LD_PRELOAD=$PROVISO_SLOW_SYNC PROVISO_SYNC_MS=20 proviso scope-check --quiet <in >out &
  pid=$!
  exec 8>in 9<out
  for i in 1 2 3; do
    item "m-$i" image photo-3.jpg >&8
    read -r -t 20 line <&9
    [ "$(jq -r .id <<<"$line")" = "m-$i" ]
  done
  { item m-4 image photo-3.jpg; item m-5 image photo-3.jpg; } >&8
  read -r -t 20 line <&9
  kill -TERM "$pid"   # the input stays open
  read -r -t 20 more <&9
  [ "$(jq -r .id <<<"$line$more" | tr '\n' ' ')" = "m-4 m-5 " ]
  wait "$pid"
  proviso audit balance --all >balance.ndjson || true
  [ "$(tail -n 1 balance.ndjson | jq .in)" -eq 5 ]
}

@test "a commit that fails ends scope-check with 74, and no line of its group or a later one leaves" {
  not_sanitized
  many_items 20000 >in.ndjson
  run bash -c 'LD_PRELOAD=$PROVISO_SLOW_SYNC PROVISO_SYNC_MS=5 PROVISO_SYNC_KEEPS=.counts PROVISO_SYNC_FAILS=3 proviso scope-check --quiet <in.ndjson 2>errors >out.ndjson'
  [ "$status" -eq 74 ]
  grep -q 'cannot be made durable' errors
  counted=$( (proviso audit balance --all 2>/dev/null || true) | tail -n 1 | jq '.in + .dropped_at_scope')
  written=$(grep -ao '"id":"m-[0-9]*' out.ndjson | tail -n 1 | grep -o '[0-9]*$')
  [ "$counted" -lt 20000 ]
  [ "$written" -lt "$counted" ]
  [ "$((written + 8))" -ge "$counted" ]   # and all before it left
}

@test "the counts balance: in = out + dropped + errors" {
  {
    cat items.ndjson
    item abroad image photo-3.jpg '.region = "US"'
    item gone image gone.jpg
  } >in.ndjson
  proviso scope-check --quiet <in.ndjson >scoped.ndjson
  proviso hash --quiet <scoped.ndjson | proviso match --quiet | proviso retain --quiet >/dev/null || true
  proviso audit balance "$(run_of scoped.ndjson)"
}

@test "a closed output ends a stage quietly" {
  for i in $(seq 1 2000); do item "m-$i" image photo-3.jpg; done >in.ndjson
  run bash -c 'proviso scope-check --quiet --dry-run <in.ndjson | head -n 1 >/dev/null; exit ${PIPESTATUS[0]}'
  [ "$status" -eq 0 ]
  [ -z "$output" ]
}
