#!/usr/bin/env bats
# The ledger under attack: every tool that reads or writes it, against each kind of damage. Either it ends with 1 and names the place,
# or its answer is the same as before; never another answer, never another code.
# shellcheck disable=SC2154 # workplace.bash sets work
load workplace.bash

# A workplace with cases, one of them decided and one reported, and what each stage reads.
prepare() {
  proviso scope-check --quiet <items.ndjson >scoped.ndjson
  proviso hash --quiet <scoped.ndjson >hashed.ndjson
  proviso match --quiet <hashed.ndjson >matched.ndjson
  proviso retain --quiet <matched.ndjson >retained.ndjson
  mapfile -t cases < <(cases)
  proviso review decide "${cases[0]}" confirm --reason x --person reviewer-1 --sign-key offline/reviewer-1.key --quiet
  proviso report annual --year 2026 --output annual --quiet
  document=$(proviso audit query --event report.made | jq -r .sha256)
  mkdir good
  cp -a ledger vault spool good/
  case_=${cases[0]} open_case=${cases[1]}
}

restore() { rm -rf ledger vault spool; cp -a good/ledger good/vault good/spool .; }

readers() {  # commands whose answer depends on the ledger alone
  cat <<END
proviso audit prove 3
proviso audit consistency 2
proviso audit query
proviso audit query --event case.decided
proviso audit balance --all
proviso audit access $case_
proviso audit export
proviso report annual --year 2026 --draft --format json
proviso review list --format ndjson
END
}

writers() {  # commands that also append; their answers have random ids
  cat <<END
proviso scope-check --quiet <items.ndjson
proviso hash --quiet <scoped.ndjson
proviso match --quiet <hashed.ndjson
proviso retain --quiet <matched.ndjson
proviso review show $case_ --open-key offline/review.key --purpose reporting --output shown.png
proviso review decide $open_case reject --reason x --person reviewer-1 --sign-key offline/reviewer-1.key
proviso report case $case_ --to example-hotline --open-key offline/review.key --output case.p7m
proviso report annual --year 2026 --output another
proviso purge --now 2026-12-24T10:00:00Z
proviso law halt known-pdq --reason x --person oversight-1 --sign-key offline/oversight-1.key
proviso policy attest HU-04 --person dpo-1 --sign-key offline/dpo-1.key --evidence notices/users.md --expires 2028-01-31
END
}

since=()

independently() { "$PROVISO_SOURCE/scripts/verify-ledger" ledger keys/ledger.pub "${since[@]}" "$@"; }

attacked() {  # DAMAGE COMMAND...: the command on a workplace that was damaged so; sets status and output
  restore
  eval "$1"
  rm -rf shown.png case.p7m another*
  run "${@:2}"
}

undamaged() {  # keeps the answer of each reader, once a case
  local command n=0
  if [ -d answers ]; then return; fi
  mkdir answers
  while read -r command; do
    attacked : bash -c "$command"
    [ "$status" -eq 0 ] || { echo "undamaged: $command: $status: $output"; return 1; }
    n=$((n + 1))
    printf '%s' "$output" >"answers/$n"
  done < <(readers)
}

as_before() { [[ $status -eq 0 && -e answers/$1 && "$output" == "$(cat "answers/$1")" ]]; }   # NUMBER of a reader

failed=0

wrong() { echo "$*: $status: $output"; failed=1; }

# DAMAGE PLACE: each tool ends with 1 and names the place; a reader that does not need the damaged entries may answer as before.
all_refuse() {
  local command n=0
  undamaged
  while read -r command; do
    attacked "$1" bash -c "$command"
    n=$((n + 1))
    as_before "$n" || [[ $status -eq 1 && "$output" == *"$2"* ]] || wrong "$1: $command"
  done < <(readers; writers; echo proviso audit verify)
  attacked "$1" independently
  [ "$status" -eq 1 ] || wrong "$1: verify-ledger"
  restore
  [ "$failed" -eq 0 ]
}

# DAMAGE [left]: each tool goes on, and what can be compared is the same. Unless the damage is left, audit verify finds nothing.
all_go_on() {
  local command n=0
  undamaged
  while read -r command; do
    attacked "$1" bash -c "$command"
    n=$((n + 1))
    as_before "$n" || wrong "$1: $command"
  done < <(readers)
  while read -r command; do
    attacked "$1" bash -c "$command"
    [ "$status" -eq 0 ] || wrong "$1: $command"
    if [ "${2:-}" = left ]; then continue; fi
    run proviso audit verify
    [ "$status" -eq 0 ] || wrong "$1: after $command"
  done < <(writers)
  attacked "$1" independently
  [ "$status" -eq 0 ] || wrong "$1: verify-ledger"
  restore
  [ "$failed" -eq 0 ]
}

segment=ledger/entries/0001.ndjson

lines() { wc -l <"$segment"; }

@test "a changed byte, a blank and a carriage return: every tool ends with 1 and the line" {
  prepare
  all_refuse "sed -i '4s/\"tool\":\"/&x/' $segment" "$segment:4"
  all_refuse "sed -i '4s/\$/ /' $segment" "$segment:4"
  all_refuse "sed -i '4s/\$/\r/' $segment" "$segment:4"
}

@test "a removed, a doubled, an added and two swapped lines, and lines that were numbered again" {
  prepare
  all_refuse "sed -i 4d $segment" "$segment:4"
  all_refuse "sed -i '4{p}' $segment" "$segment:5"
  all_refuse "sed -i '4i {}' $segment" "$segment:4"
  all_refuse "sed -i -n '4{h;n;G};p' $segment" "$segment:4"
  all_refuse "sed -i 4d $segment; awk '{sub(/^{\"n\":[0-9]+/, \"{\\\"n\\\":\" NR - 1)} 1' $segment >renumbered; cat renumbered >$segment" "$segment:4"
}

@test "a log that was cut before its head" {
  prepare
  all_refuse "sed -i '\$d' $segment" "$segment:$(lines)"
  all_refuse "truncate -s -1 $segment" "$segment:$(lines)"
  all_refuse ": >$segment" "$segment:1"
  all_refuse "rm $segment" "$segment:1"
}

@test "what lies behind the head was never acknowledged and changes nothing" {
  prepare
  all_go_on "printf '{\"n\":99,\"half' >>$segment"
  all_go_on "printf '{}\n{}\n' >>$segment"
}

@test "a segment too many, a stray file, and a link in place of a segment" {
  prepare
  all_refuse "cp $segment ledger/entries/0002.ndjson" "ledger/entries/0002.ndjson"
  all_refuse "cp $segment ledger/entries/0009.ndjson" "ledger/entries/0009.ndjson"
  all_refuse "echo >ledger/entries/notes.txt" "ledger/entries/notes.txt"
  all_refuse "mv $segment elsewhere; ln -s ../../elsewhere $segment" "$segment"
}

@test "a checkpoint that was edited, emptied or removed: the same answers from the other copies, and audit verify finds it" {
  prepare
  for damage in "sed -i '2s/.*/5/' ledger/checkpoint" ": >ledger/checkpoint" "rm ledger/checkpoint"; do
    all_go_on "$damage" left
    eval "$damage"
    run proviso audit verify
    [ "$status" -eq 1 ]
    [[ "$output" == *"ledger/checkpoint"* ]]
  done
  restore
  all_go_on "printf x | dd of=ledger/heads bs=1 seek=9 conv=notrunc status=none" left
  all_go_on "printf x | dd of=ledger/heads bs=1 seek=4105 conv=notrunc status=none" left
  all_go_on "truncate -s 5000 ledger/heads"
  all_go_on "rm ledger/heads"
}

@test "without any copy of the head that is signed, every tool ends with 1" {
  prepare
  for damage in "sed -i '2s/.*/5/' ledger/checkpoint" ": >ledger/checkpoint" "rm ledger/checkpoint"; do
    all_refuse "$damage; : >ledger/heads" "ledger/checkpoint"
  done
}

@test "stored hashes that were edited, cut or removed change no answer" {
  prepare
  all_go_on "printf x | dd of=ledger/hashes/0 bs=1 seek=70 conv=notrunc status=none"
  all_go_on "truncate -s 64 ledger/hashes/0"
  all_go_on "rm -r ledger/hashes"
  all_go_on "rm -r ledger/hashes; echo >ledger/hashes"
}

@test "a cache of earlier builds decides nothing" {
  prepare
  all_go_on "echo '{\"offset\":-3000,\"roots\":[],\"size\":'\$(lines)',\"time\":\"2099-01-01T00:00:00Z\"}' >ledger/tree"
}

@test "a rollback of entries and checkpoint, also one that has grown past it" {
  prepare
  cp -a ledger older
  proviso law oversee known-pdq --person oversight-1 --sign-key offline/oversight-1.key
  proviso purge --quiet
  rm -rf good/ledger good/vault
  cp -a ledger vault good/
  since=(--since good/vault/checkpoint)
  all_refuse "rm -rf ledger; cp -a older ledger" "the log was rolled back: "
  rm -rf ledger
  cp -a older ledger
  mv vault/checkpoint kept
  for _ in 1 2 3 4 5; do proviso law oversee known-pdq --person oversight-1 --sign-key offline/oversight-1.key; done
  cp -a ledger regrown
  all_refuse "rm -rf ledger; cp -a regrown ledger" "entries are not those of"
  cmp kept good/vault/checkpoint
}

@test "a halt cannot be undone by putting the head before it back" {
  prepare
  cp ledger/heads ledger/checkpoint .
  proviso law halt known-pdq --reason x --person oversight-1 --sign-key offline/oversight-1.key
  cp heads checkpoint ledger/
  run proviso scope-check --quiet <items.ndjson
  [ "$status" -eq 1 ]
  [[ "$output" == *"the log was rolled back"* ]]
}

@test "what remembers a head remembers it once it is durable, whoever wrote it" {
  not_sanitized
  prepare
  for command in "audit verify --since remembered" "policy attest HU-04 --person dpo-1 --sign-key offline/dpo-1.key --evidence notices/users.md --expires 2028-01-31"; do
    # shellcheck disable=SC2086 # words
    strace -y -e trace=fdatasync,rename,linkat -o trace proviso $command
    grep -E 'fdatasync.*/heads>|(rename|linkat).*"[^"]*(remembered|vault/checkpoint)"' trace >order
    [[ "$(tail -n 1 order)" == rename* || "$(tail -n 1 order)" == linkat* ]]
    [[ "$(tail -n 2 order | head -n 1)" == *"/heads>"* ]]
  done
}

@test "the vault's copy of the checkpoint that was edited" {
  prepare
  since=(--since vault/checkpoint)
  all_refuse "sed -i '2s/.*/1/' vault/checkpoint" "vault/checkpoint"
}

@test "a halted gate stays halted, a verdict stays, a stored case stays: whatever is written over them" {
  prepare
  proviso law halt known-pdq --reason x --person oversight-1 --sign-key offline/oversight-1.key
  rm -rf good/ledger good/vault
  cp -a ledger vault good/
  line() { grep -n "\"event\":\"$1\"" "$segment" | head -n 1 | cut -d: -f1; }
  all_refuse "sed -i 's/law.halted/law.holted/' $segment" "$segment:$(line law.halted)"
  all_refuse "sed -i '/case.decided/s/\"confirm\"/\"reject\"/g' $segment" "$segment:$(line case.decided)"
  all_refuse "sed -i '/case.stored/s/\"blob_sha256\":\"./&0/' $segment" "$segment:$(line case.stored)"
}

prepare_long() {  # [ACT...]: cases, and acts of oversight, that a snapshot covers, and entries behind it
  local act
  prepare
  for act; do
    proviso law "$act" known-digests --reason x --person oversight-1 --sign-key offline/oversight-1.key --quiet
  done
  "$PROVISO_FILL_LEDGER" ledger keys/ledger.pem 4200
  proviso law oversee known-pdq --person oversight-1 --sign-key offline/oversight-1.key --quiet
  "$PROVISO_FILL_LEDGER" ledger keys/ledger.pem 4200
  proviso law oversee known-pdq --person oversight-1 --sign-key offline/oversight-1.key --quiet
  proviso review list --quiet >/dev/null
  rm -rf good/ledger good/vault
  cp -a ledger vault good/
  mapfile -t snapshots < <(ls -v ledger/snapshots)
  [ "${#snapshots[@]}" -eq 2 ]
  newest=ledger/snapshots/${snapshots[1]}
}

@test "snapshots that were edited, cut, swapped, planted or removed change no answer" {
  prepare_long halt resume
  all_go_on "sed -i 's/law.resumed/law.rosumed/' $newest" left
  all_go_on "truncate -s 100 $newest" left
  all_go_on "cp ledger/snapshots/${snapshots[0]} $newest" left
  all_go_on "for size in 5 8500 99999; do cp $newest ledger/snapshots/\$size.1; done" left
  all_go_on "rm -rf ledger/snapshots"
  # The records of the cases are read for one case: a changed page is told with its place.
  attacked "printf 'x' | dd of=$newest bs=1 seek=\$((\$(stat -c %s $newest) - 3)) conv=notrunc status=none" \
    proviso review show "$case_" --open-key offline/review.key --purpose reporting --output shown.png
  [ "$status" -eq 1 ]
  [[ "$output" == *"$newest"* ]]
  for damage in "sed -i 's/decisions/decisiens/' $newest" "cp $newest ledger/snapshots/5.1"; do
    attacked "$damage" proviso audit verify
    [ "$status" -eq 1 ]
    [[ "$output" == *ledger/snapshots/* ]]
  done
}

@test "what a snapshot covers stays so, whatever is written over its entries" {
  prepare_long halt
  for damage in "sed -i 's/law.halted/law.holted/' $segment" "sed -i '/law.halted/d' $segment" \
    "sed -i '/case.stored/s/\"blob_sha256\":\"./&0/' $segment"; do
    attacked "$damage" bash -c "proviso scope-check <items.ndjson | jq -r .scope.technologies[]"
    [[ "$output" != *known-digests* ]]
    attacked "$damage" proviso audit verify
    [ "$status" -eq 1 ]
    attacked "$damage" independently
    [ "$status" -eq 1 ]
  done
  attacked "sed -i '/case.stored/s/\"blob_sha256\":\"./&0/' $segment" \
    proviso review show "$case_" --open-key offline/review.key --purpose reporting --output shown.png
  [ "$status" -eq 1 ]
  [[ "$output" == *"$segment:"* ]]
}

@test "the ledger's key is rotated: both keys sign, the old one then opens nothing, and a rollback still shows" {
  prepare
  cp keys/ledger.pub old.pub
  proviso audit verify --since remembered --quiet
  openssl genpkey -algorithm ed25519 -out keys/next.pem
  proviso policy rotate-ledger-key --new-key keys/next.pem --quiet >next.pub
  openssl pkey -in keys/next.pem -pubout | cmp - next.pub
  run proviso scope-check --quiet <items.ndjson
  [ "$status" -eq 78 ]
  [[ "$output" == *"its key was rotated"* ]]
  run proviso audit verify --ledger ledger --ledger-key old.pub
  [ "$status" -eq 78 ]
  never "$PROVISO_SOURCE/scripts/verify-ledger" ledger old.pub
  "$PROVISO_SOURCE/scripts/verify-ledger" ledger next.pub
  mv keys/next.pem keys/ledger.pem
  mv next.pub keys/ledger.pub
  proviso audit verify --since remembered --quiet
  proviso audit query --event ledger.key-rotated | jq -e '.by_old and .by_new'
  proviso law oversee known-pdq --person oversight-1 --sign-key offline/oversight-1.key --quiet
  rm -rf good/ledger good/vault
  cp -a ledger vault good/
  independently
  all_refuse "sed -i '/key-rotated/s/\"new_key\":\"./&0/' $segment" "$segment:$(grep -n key-rotated "$segment" | cut -d: -f1)"
}

@test "the key is not rotated while a stage counts" {
  prepare
  openssl genpkey -algorithm ed25519 -out keys/next.pem
  mkfifo items
  proviso scope-check --quiet <items >/dev/null &
  exec 7>items
  head -n 1 items.ndjson >&7
  until [ -n "$(ls ledger/open)" ]; do sleep 0.05; done
  run proviso policy rotate-ledger-key --new-key keys/next.pem
  [ "$status" -eq 75 ]
  [[ "$output" == *ledger/open* ]]
  exec 7>&-
  wait
  proviso policy rotate-ledger-key --new-key keys/next.pem
}

@test "a clock that was years ahead is set right: time goes on, and what it wrote counts as of now" {
  prepare
  PROVISO_NOW=2031-01-01T00:00:00Z proviso law halt known-pdq --reason x --person oversight-1 --sign-key offline/oversight-1.key --quiet
  run proviso purge
  [ "$status" -eq 3 ]
  proviso purge --confirm-clock --quiet
  [ "$(proviso audit query --event clock.corrected | jq -r .to)" = "$PROVISO_NOW" ]
  [ "$(tail -n 1 "$segment" | jq -r .time)" = "$PROVISO_NOW" ]
  proviso purge --quiet
  proviso audit verify --quiet
  proviso audit query --event law.halted --to 2027-01-01T00:00:00Z | jq -e .n
  proviso law resume known-pdq --person oversight-1 --sign-key offline/oversight-1.key --quiet
  proviso scope-check --quiet <items.ndjson | jq -e '.scope.technologies | index("known-pdq")'
}

@test "the proofs of any entry and of any earlier size are true to the independent verifier" {
  prepare
  size=$(lines)
  [ "$size" -gt 8 ]
  for ((n = 0; n < size; n++)); do
    proviso audit prove "$n" >proof.json
    independently --proof proof.json
    proviso audit consistency $((n + 1)) >proof.json
    independently --proof proof.json
    proviso audit consistency 1 $((n + 1)) >proof.json
    independently --proof proof.json
  done
  proviso audit prove 3 >proof.json
  for change in '.index = 4' '.index = 19' '.index = -13' '.leaf = .root' '.proof |= reverse' '.proof |= .[1:]' '.root = .leaf' '.size -= 1'; do
    jq "$change" proof.json >changed.json
    run independently --proof changed.json
    [ "$status" -eq 1 ]
  done
  proviso audit consistency 7 8 >proof.json
  independently --proof proof.json
  for change in '.old_size = 6' '.old_size = 0' '.old_size = 9' '.proof |= .[1:]' '.old_root = .root'; do
    jq "$change" proof.json >changed.json
    run timeout 20 "$PROVISO_SOURCE/scripts/verify-ledger" ledger keys/ledger.pub --proof changed.json
    [ "$status" -eq 1 ]
  done
  cp ledger/checkpoint remembered
  independently --since remembered
  sed -i '2s/.*/4/' remembered
  run independently --since remembered
  [ "$status" -eq 1 ]
}

@test "a document is shown as it was kept, or not at all" {
  prepare
  [ "$(proviso audit show "$document" | sha256sum | cut -d' ' -f1)" = "$document" ]
  echo " " >>"ledger/documents/$document"
  for command in "audit show $document" "audit verify"; do
    # shellcheck disable=SC2086 # words
    run proviso $command
    [ "$status" -eq 1 ]
    [[ "$output" == *"ledger/documents/$document: the document's digest is not its name"* ]]
  done
  rm "ledger/documents/$document"
  run proviso audit show "$document"
  [ "$status" -eq 66 ]
  run proviso audit verify
  [ "$status" -eq 1 ]
  [[ "$output" == *"ledger/documents/$document: "* ]]
}

# Of what a run goes by: kind, name, digest and the file in use; each line once.
documents_in_use() {
  proviso audit query --event gate.inputs | tail -n 1 | jq -r '.documents[] | [.kind, .name // "-", .sha256] | @tsv' |
    while IFS=$'\t' read -r kind name digest; do
      case $kind in
        policy) file=- ;;
        instrument) file=$PROVISO_SOURCE/lib/law/instruments/$name.yaml ;;
        dpia) file=dpia/$name.yaml ;;
        notice) file=notices/users.md ;;
        *) return 1 ;;
      esac
      echo "$kind $name $digest $file"
    done
}

@test "what a run goes by is kept: texts of law, DPIAs, notices, and the policy without its people" {
  sed -i 's/^also:.*/also: [libe-2020]/; s/markers: \[\]/protected_accounts: accounts.txt/; s/contact: "redress@/contact: "jane doe <redress@/' policy.yaml
  sed -i 's/verified_by: "/&of reviewer-1, jane@example.org: /' policy.yaml
  printf '0123456789abcdef0123456789abcdef\n' >accounts.txt
  PROVISO_TEMPLATE="" "$PROVISO_SOURCE/tests/pipeline/reopen-gate" "$work"
  proviso scope-check --quiet <items.ndjson >/dev/null
  documents_in_use >in-use
  [ "$(cut -d' ' -f1,2 in-use)" = "policy -
instrument reg-2026-1881
instrument libe-2020
dpia known-digests
dpia known-pdq
notice chat" ]
  while read -r kind _ digest file; do
    proviso audit show "$digest" >shown
    [ "$(sha256sum <shown | cut -d' ' -f1)" = "$digest" ]
    if [ "$kind" = policy ]; then cp shown kept.json; else cmp shown "$file"; fi
  done <in-use
  [ "$(find ledger/documents -type f | wc -l)" -eq 6 ]
  proviso audit verify
  independently

  [ "$(jq -cjS . kept.json)" = "$(cat kept.json)" ]
  [ "$(jq -r '.technologies[].name' kept.json)" = "$(proviso policy show --resolved | jq -r '.technologies[].name')" ]
  [ "$(jq -r .registers.protected_accounts kept.json)" = "$(sha256sum accounts.txt | cut -d' ' -f1)" ]
  for register in organisations authorities attestations; do
    [ "$(jq -r ".registers.$register" kept.json)" = "$(sha256sum $register.yaml | cut -d' ' -f1)" ]
  done
  [ "$(jq -r '.people[0].sha256' kept.json)" = "$(jq -cjSn --arg certificate "$(sha256sum certs/reviewer-1.crt | cut -d' ' -f1)" \
    '{id: "reviewer-1", roles: ["reviewer"], certificate_sha256: $certificate, training: "date and kind of training"}' |
    sha256sum | cut -d' ' -f1)" ]

  # Who is in the policy, what belongs to them, and where keys and files are.
  proviso policy show --resolved >resolved.json
  {
    jq -r '.people[] | .id, .certificate' resolved.json
    jq -r '.provider.contact, .provider.dpo, .redress.contact' resolved.json
    jq -r '.organisations[] | .id, .name' resolved.json
    jq -r '.keys, .paths | .. | strings' resolved.json
    jq -r '.services[].user_notice.file, .technologies[].dpia, .lists[].path, .file, .professional_secrecy.protected_accounts' resolved.json
    grep -hE '^[A-Za-z0-9+/]{40,}' certs/*.crt
    sed -n 's/^ *signature: *"\(.*\)"/\1/p' attestations.yaml
    cat accounts.txt
    printf '%s\n' "$work" @ jane certs/ keys/ training
  } | sed '/^$/d; /^null$/d' | sort -u >named
  [ "$(wc -l <named)" -ge 40 ]
  for secret in reviewer-1 dpo-1 oversight-1 abuse@example.org dpo@example.org "$work/keys/stream.key"; do grep -qxF "$secret" named; done
  never grep -oF -f named kept.json
}

@test "what is kept is kept once; what was changed or removed is found, and no run begins on what was changed" {
  proviso scope-check --quiet <items.ndjson >/dev/null
  find ledger/documents -type f -printf '%p %T@ %i\n' | sort >before
  [ "$(wc -l <before)" -eq 5 ]
  proviso scope-check --quiet <items.ndjson >/dev/null
  [ "$(proviso audit query --event gate.inputs | jq -s length)" -eq 2 ]
  find ledger/documents -type f -printf '%p %T@ %i\n' | sort | diff before -
  [ "$(proviso audit query --event gate.inputs | jq -c .documents | sort -u | wc -l)" -eq 1 ]
  first=$(grep -n gate.inputs "$segment" | head -n 1 | cut -d: -f1)
  cp -a ledger kept
  while read -r _ _ digest _; do
    echo >>"ledger/documents/$digest"
    run proviso audit verify
    [ "$status" -eq 1 ]
    [[ "$output" == *"ledger/documents/$digest: the document's digest is not its name: it was changed; "*"$segment:$first names it"* ]]
    run independently
    [ "$status" -eq 1 ]
    [[ "$output" == *"ledger/documents/$digest"* ]]
    run proviso audit show "$digest"
    [ "$status" -eq 1 ]
    run proviso scope-check --quiet <items.ndjson
    [ "$status" -eq 1 ]
    [[ "$output" == *"ledger/documents/$digest: the document's digest is not its name"* ]]
    rm "ledger/documents/$digest"
    run proviso audit verify
    [ "$status" -eq 1 ]
    [[ "$output" == *"ledger/documents/$digest: the document is gone that "*"$segment:$first names"* ]]
    run proviso audit show "$digest"
    [ "$status" -eq 66 ]
    rm -rf ledger
    cp -a kept ledger
  done < <(documents_in_use)
  rm -r ledger/documents/*
  proviso scope-check --quiet <items.ndjson >/dev/null   # what is in use is kept again
  proviso audit verify
}

@test "a run's documents are durable before its entry is" {
  not_sanitized
  strace -f -y -e trace=fsync,fdatasync,rename,renameat2,link,linkat -o trace proviso scope-check --quiet <items.ndjson >/dev/null
  grep -n 'rename.*ledger/documents/' trace | cut -d: -f1 >named
  [ "$(wc -l <named)" -eq 5 ]
  synced=$(grep -n 'fsync(.*/ledger/documents>' trace | tail -n 1 | cut -d: -f1)
  [ "$(tail -n 1 named)" -lt "$synced" ]
  [ "$synced" -lt "$(grep -n 'fdatasync(.*/ledger/entries/' trace | head -n 1 | cut -d: -f1)" ]
  strace -f -y -e trace=fsync,fdatasync,rename,renameat2,link,linkat -o trace proviso scope-check --quiet <items.ndjson >/dev/null
  never grep 'rename.*ledger/documents/' trace
  [ "$(grep -c 'fsync(.*/ledger/documents>' trace)" -eq 1 ]   # whoever kept them may have died before it was durable
}

@test "676 regions in refused items are counted, under one key where no service has them" {
  for a in A B C D E F G H I J K L M N O P Q R S T U V W X Y Z; do
    for b in A B C D E F G H I J K L M N O P Q R S T U V W X Y Z; do
      printf '{"id":"%s","service":"chat","account":"a","region":"%s","role":"sending","sent_at":"%s","e2ee":false,"secrecy":"none","content":{"kind":"image","path":"%s.jpg"}}\n' \
        "$a$b" "$a$b" "$PROVISO_NOW" "$a$b"
    done
  done >regions.ndjson
  proviso scope-check --quiet <regions.ndjson >/dev/null
  proviso audit query --event counts --tool scope-check | jq -s '[.[].counts[].n] | add' >sum
  [ "$(cat sum)" -eq 676 ]
  [ "$(proviso audit query --event counts --tool scope-check | jq -s '[.[].counts[] | select(.region == "other") | .n] | add')" -ge 600 ]
  [ "$(proviso audit query --event counts --tool scope-check | jq -s '[.[].counts[] | .region] | unique | length')" -le 40 ]
}
