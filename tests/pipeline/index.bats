#!/usr/bin/env bats
# index: lists compiled, asked, compared and handed on, as people do it at a terminal.
load workplace.bash

data=$BATS_TEST_DIRNAME/../data/index

build() { proviso index build --sign-key offline/index.pem "$@"; }

add_list() {  # the flow map of a list, before the others
  awk -v line="  - $1" '{print} /^lists:/ {print line}' policy.yaml >policy.new
  mv policy.new policy.yaml
}

with_withdrawn() {
  : >lists/known.withdrawn
  sed -i 's|^    path: lists/known.ndjson|&\n    withdrawn: lists/known.withdrawn|' policy.yaml
}

without_policy() { env -u PROVISO_POLICY -u PROVISO_NOW HOME=/nowhere XDG_CONFIG_HOME=/nowhere "$@"; }

first() { jq -r ".$1" lists/known.ndjson | head -n 1; }   # TYPE: a hash of the first entry

sections() { proviso index info "$@" | jq -r '.sections[] | [.list, .type, .entries, .suspended] | join(" ")'; }

many_pdq() {  # FILE: made-up PDQ hashes, enough for slot tables, some near others
  python3 - >"$1" <<'P'
import hashlib
for i in range(5000):
    value = int.from_bytes(hashlib.sha256(b"many %d" % i).digest(), "big")
    print("%064x" % value)
    if i % 50 == 0:
        print("%064x" % (value ^ (1 << i % 256) ^ (1 << (i * 7 + 3) % 256)))
P
}

@test "lists of several formats become sections, and what is left out is told" {
  cp "$data/case.vics.json" "$data/own-columns.csv" lists/
  jq 'del(.data[7])' "$data/updates.json" >lists/updates.json     # its bad record
  md5sum photos/photo-6.jpg >lists/good.md5
  add_list '{name: vics, path: lists/case.vics.json, source: "made up", purpose: known-csam, categories: ["1", "2"]}'
  add_list '{name: updates, path: lists/updates.json, format: threatexchange, source: "made up", purpose: known-csam}'
  add_list '{name: own, path: lists/own-columns.csv, source: "made up", purpose: known-csam, columns: {hash: Digest, type: Kind, id: Ref, label: Group}}'
  add_list '{name: good, path: lists/good.md5, source: "made up", purpose: known-good}'
  run build --list known --list own --list good --list updates
  [ "$status" -eq 0 ]
  [[ "$output" == *"index/known.pvx: "*" entries of 4 lists, "*" 0 lines rejected, signed, digest "* ]]
  [[ "$output" == *"list updates: left out: "*"deleted"* ]]
  sections >told
  grep -qx "own sha256 1 0" told
  grep -qx "own pdq 1 0" told
  grep -qx "good md5 1 0" told
  grep -qx "known pdq 2 0" told
  [ "$(grep -c vics told)" -eq 0 ]
  proviso index verify
}

@test "the same lists give the same bytes, whatever the memory" {
  build --quiet --output one.pvx
  build --quiet --output two.pvx --memory 1
  cmp one.pvx two.pvx
  cmp one.pvx index/known.pvx
}

@test "a list with over 1% of bad lines is refused with each of them, and the old index stays" {
  before=$(sha256sum <index/known.pvx)
  for _ in 1 2; do echo "no JSON" >>lists/known.ndjson; done
  run build
  [ "$status" -eq 65 ]
  [[ "$output" == *"lists/known.ndjson:3: no JSON"* ]]
  [[ "$output" == *"lists/known.ndjson:4: no JSON"* ]]
  [[ "$output" == *"more than 1% of the list is wrong; nothing was built"* ]]
  [ "$(sha256sum <index/known.pvx)" = "$before" ]
  [ -z "$(find index -type f ! -name known.pvx ! -name known.pvx.lock)" ]
}

@test "one bad line of many is named and left out, and refuses the list under --strict" {
  python3 -c 'import hashlib
for i in range(200): print(hashlib.md5(b"line %d" % i).hexdigest())
print("no hash")' >lists/lines.md5.txt
  add_list '{name: lines, path: lists/lines.md5.txt, source: "made up", purpose: known-csam}'
  run build --strict --list lines --output strict.pvx
  [ "$status" -eq 65 ]
  [[ "$output" == *"every line must be right under --strict"* ]]
  [ ! -e strict.pvx ]
  run build --list lines --output lines.pvx
  [ "$status" -eq 0 ]
  [[ "$output" == *"lists/lines.md5.txt:201: md5: 32 hex digits were expected"* ]]
  [[ "$output" == *"1 lines rejected"* ]]
  [ "$(sections --index lines.pvx)" = "lines md5 200 0" ]
}

@test "--columns names a CSV's columns for one list; a column that is not there, and no list, are refused" {
  cp "$data/own-columns.csv" lists/
  add_list '{name: own, path: lists/own-columns.csv, source: "made up", purpose: known-csam}'
  run build --list own --output own.pvx
  [ "$status" -eq 65 ]
  build --list own --output own.pvx --columns hash=Digest,type=Kind,id=Ref,label=Group
  [ "$(proviso index export --index own.pvx --format csv | tail -n +2 | cut -d, -f2,4,5 | sort)" = "pdq,r-2,A2
sha256,r-1,A1" ]
  run build --list own --output own.pvx --columns hash=Nowhere
  [ "$status" -eq 65 ]
  [[ "$output" == *"no column 'Nowhere'"* ]]
  run build --output own.pvx --columns hash=Digest
  [ "$status" -eq 64 ]
  run build --list own --output own.pvx --columns hash=Digest,hsah=Kind
  [ "$status" -eq 64 ]
  [[ "$output" == *"--columns: 'hsah' is not one of hash, type, "* ]]
  run build --list own --output own.pvx --columns hash
  [ "$status" -eq 64 ]
  run build --list nobody
  [ "$status" -eq 64 ]
  [[ "$output" == *"the list 'nobody' is not in the policy"* ]]
}

@test "SC-08: a list made for another purpose is exit 78 with the rule" {
  cp "$data/stopncii.json" lists/
  add_list '{name: other, path: lists/stopncii.json, format: ndjson, source: "made up", purpose: known-csam}'
  run build --list other
  [ "$status" -eq 78 ]
  [[ "$output" == *SC-08* ]]
}

@test "check: findings are exit 1, on stdout, and the ledger has their counts and no hash" {
  { cat lists/known.ndjson; jq -c '.label = "another"' lists/known.ndjson | head -n 1; } >lists/new && mv lists/new lists/known.ndjson
  run bash -c 'proviso index check >report.json 2>words'
  [ "$status" -eq 1 ]
  grep -q "1 lists, .* findings" words
  jq -e '.. | objects | select(.check? == "label-conflict")' report.json >/dev/null
  [ "$(cat ledger/entries/*.ndjson | jq -c 'select(.event == "index.checked")' | wc -l)" -eq 1 ]
  cat ledger/entries/*.ndjson | jq -c 'select(.event == "index.checked")' >entry
  for type in md5 sha1 sha256 pdq id; do [ "$(grep -cF "$(first $type)" entry)" -eq 0 ]; done
  run proviso index check --format table --no-ledger
  [ "$status" -eq 1 ]
  [[ "$output" == *label-conflict* ]]
  [ "$(cat ledger/entries/*.ndjson | jq -c 'select(.event == "index.checked")' | wc -l)" -eq 1 ]
  proviso audit verify
}

@test "check: a hash that the list deleted and has as another entry is not in use; one that a build did not see go is" {
  update() { printf '{"id":"%s","type":"HASH_MD5","status":"MALICIOUS","indicator":"%s"%s}\n' "$@"; }
  second=$(tail -n 1 lists/known.ndjson | jq -r .md5)
  { update gone "$(first md5)" ,\"should_delete\":true; update stays "$(first md5)"; update later "$second"; } >lists/updates.ndjson
  add_list '{name: updates, path: lists/updates.ndjson, format: threatexchange, source: "made up", purpose: known-csam}'
  build --quiet
  in_use() { proviso index check --quiet --no-ledger | jq -c '.findings[] | select(.check == "in-use") | [.list, .count, .examples]'; }
  [ -z "$(in_use)" ]
  update later "$second" ,\"should_delete\":true >>lists/updates.ndjson
  in_use >told
  [ "$(jq -c '.[0]' told)" = '"updates"' ]
  [ "$(jq -c '.[2] | unique' told)" = '["later"]' ]
}

@test "withdraw: the entry is suspended in every later build, match gives no hit and counts it" {
  with_withdrawn
  run proviso index withdraw --list known --type md5 "$(first md5)" --sign-key offline/index.pem
  [ "$status" -eq 0 ]
  [ "$(cat lists/known.withdrawn)" = "md5 $(first md5)" ]
  [ "$(sections | tr '\n' ';')" = "known md5 2 1;known sha1 2 1;known sha256 2 1;known pdq 2 1;" ]
  [ "$(proviso index query --type sha256 "$(first sha256)" | jq -c '[.entry, .suspended]')" = '["made-up-photo-1",true]' ]
  [ "$(proviso index query --type sha256 "$(tail -n 1 lists/known.ndjson | jq -r .sha256)" | jq -c 'has("suspended")')" = false ]
  proviso scope-check --quiet <items.ndjson | proviso hash --quiet | proviso match --quiet --stats stats.json >matched.ndjson
  [ "$(jq -c 'select(.id == "photo-1") | [.match.hits, .match.excluded]' matched.ndjson)" = '[[],{"known_good":0,"suspended":4}]' ]
  [ "$(jq -c 'select(.id == "photo-1-resized") | [.match.hits, .match.excluded]' matched.ndjson)" = '[[],{"known_good":0,"suspended":1}]' ]
  [ "$(jq -c 'select(.id == "photo-2") | .match.hits | length' matched.ndjson)" -eq 4 ]
  [ "$(jq -c .match.excluded.suspended stats.json)" -eq 5 ]
  cat ledger/entries/*.ndjson | jq -c 'select(.event == "index.withdrawn")' >entry
  [ "$(jq -c .list entry)" = '"known"' ]
  [ "$(grep -cF "$(first md5)" entry)" -eq 0 ]
  build --quiet
  [ "$(sections | head -n 1)" = "known md5 2 1" ]
}

@test "withdraw again is a note and no second line; by id, and what is neither, and what names nothing" {
  with_withdrawn
  proviso index withdraw --quiet --list known --id made-up-photo-2
  run proviso index withdraw --list known --id made-up-photo-2
  [ "$status" -eq 0 ]
  [[ "$output" == *"the entry was withdrawn before"* ]]
  [ "$(cat lists/known.withdrawn)" = "id made-up-photo-2" ]
  [ "$(proviso index query --type md5 "$(tail -n 1 lists/known.ndjson | jq -r .md5)" | jq .suspended)" = true ]
  run proviso index withdraw --list known --id nobody
  [ "$status" -eq 0 ]
  [[ "$output" == *"list known: 1 of its withdrawn entries name nothing in it"* ]]
  run proviso index withdraw --list known --type md5 abc
  [ "$status" -eq 64 ]
  [[ "$output" == *"HASH: 32 hex digits were expected"* ]]
  run proviso index withdraw --list known "$(first md5)"
  [ "$status" -eq 64 ]
  [[ "$output" == *"--type"* ]]
  build --quiet
  hash=$(first md5)
  proviso index withdraw --quiet --list known "$hash" --type md5
  [ "$(tail -n 1 lists/known.withdrawn)" = "md5 $hash" ]
  run proviso index withdraw --list known --list known --type md5 "$hash"
  [ "$status" -eq 64 ]
  [ "$(proviso index query --list known --list known "$hash" --type md5 | wc -l)" -eq 1 ]
  run proviso index withdraw --list known --id x --type md5 "$(first md5)"
  [ "$status" -eq 64 ]
  run proviso index withdraw --list known
  [ "$status" -eq 64 ]
  run proviso index withdraw --list nobody --id x
  [ "$status" -eq 64 ]
}

@test "withdrawals at the same time all stand in the file, and in the index that is left" {
  with_withdrawn
  pids=
  for n in 1 2 3 4 5 6 7 8; do
    proviso index withdraw --quiet --list known --id "nobody-$n" --sign-key offline/index.pem 2>/dev/null &
    pids="$pids $!"
  done
  proviso index withdraw --quiet --list known --id made-up-photo-1 --sign-key offline/index.pem
  proviso index withdraw --quiet --list known --id made-up-photo-2 --output other.pvx --sign-key offline/index.pem    # another lock, the same file
  for pid in $pids; do wait "$pid"; done
  [ "$(sort lists/known.withdrawn)" = "$(printf 'id %s\n' made-up-photo-{1..2} nobody-{1..8})" ]
  [ "$(cat ledger/entries/*.ndjson | jq -c 'select(.event == "index.withdrawn")' | wc -l)" -eq 10 ]
  [ "$(proviso index query --type md5 "$(first md5)" | jq .suspended)" = true ]
}

@test "withdraw where the policy names no file is exit 78 and says what to add" {
  run proviso index withdraw --list known --id made-up-photo-1
  [ "$status" -eq 78 ]
  [[ "$output" == *"names no file of withdrawn entries"* ]]
  [[ "$output" == *"add 'withdrawn: FILE' to the list in the policy, and make the file, empty"* ]]
}

@test "a file of withdrawn entries that went missing stops a build: else what it names would be back" {
  with_withdrawn
  rm lists/known.withdrawn
  run build
  [ "$status" -eq 78 ]
  [[ "$output" == *"withdrawn: "*"lists/known.withdrawn: No such file"* ]]
}

@test "diff tells an update before it goes live: sums, or each change" {
  cp index/known.pvx before.pvx
  { jq -c '.label = "other"' lists/known.ndjson | head -n 1; jq -cn '{id: "new", md5: "00112233445566778899aabbccddeeff"}'; } >lists/new && mv lists/new lists/known.ndjson
  build --quiet --output after.pvx
  proviso index diff before.pvx after.pvx >sums 2>words
  [ "$(head -n 1 sums)" = '{"list":"known","type":"md5","before":2,"after":2,"added":1,"removed":1,"changed":1,"kept":0}' ]
  grep -q "1 added, 4 removed, 4 changed" words
  proviso index diff --quiet --entries before.pvx after.pvx >changes
  [ "$(wc -l <changes)" -eq 9 ]
  [ "$(jq -c 'select(.change == "added")' changes)" = '{"change":"added","list":"known","type":"md5","hash":"00112233445566778899aabbccddeeff","entry":"new"}' ]
  [ "$(jq -r 'select(.change == "changed" and .type == "pdq") | [.old_label, .label] | join(" ")' changes)" = "made-up other" ]
  proviso index diff --quiet before.pvx before.pvx | jq -e '.added + .removed + .changed == 0' >/dev/null
  run proviso index diff before.pvx
  [ "$status" -eq 64 ]
  run proviso index diff before.pvx nowhere.pvx
  [ "$status" -eq 66 ]
}

@test "an index that is exported and built again has no differences" {
  cp index/known.pvx before.pvx
  for form in ndjson csv; do
    proviso index export --index before.pvx --format $form >"lists/again.$form"
    sed "s|lists/known.ndjson|lists/again.$form|" policy.yaml >again.yaml
    PROVISO_POLICY=$PWD/again.yaml proviso index build --quiet --strict --output "$form.pvx" --sign-key offline/index.pem
    [ "$(proviso index diff --quiet --entries before.pvx "$form.pvx" | wc -l)" -eq 0 ]
    [ "$(proviso index diff --quiet before.pvx "$form.pvx" | jq -s 'map(.kept) | add')" -eq 8 ]
  done
  [ "$(proviso index export --format hex --type md5 | sort)" = "$(jq -r .md5 lists/known.ndjson | sort)" ]
  run proviso index export --format hex
  [ "$status" -eq 64 ]
}

@test "hex leaves suspended entries out, and tells how many" {
  with_withdrawn
  proviso index withdraw --quiet --list known --id made-up-photo-1 --sign-key offline/index.pem
  run bash -c 'proviso index export --format hex --type md5 2>words'
  [ "$status" -eq 0 ]
  [ "$output" = "$(tail -n 1 lists/known.ndjson | jq -r .md5)" ]
  grep -q "1 suspended entries were left out" words
}

@test "videos that CSV cannot hold are told, and a list that the index does not have is refused" {
  echo '{"id":"clip","frames":[{"pdq":"'"$(first pdq)"'"}]}' >>lists/known.ndjson
  build --quiet
  run bash -c 'proviso index export --format csv >known.csv'
  [ "$status" -eq 0 ]
  [[ "$output" == *"csv has no videos: 1 were left out"* ]]
  [ "$(wc -l <known.csv)" -eq 9 ]
  [ "$(proviso index export --quiet --type vpdq | jq -c .frames)" = '[{"pdq":"'"$(first pdq)"'"}]' ]
  for command in "export" "neighbours" "query --type md5 $(first md5)"; do
    # shellcheck disable=SC2086
    run proviso index $command --list knwon
    [ "$status" -eq 64 ]
    [[ "$output" == *"the list 'knwon' is not in the index"* ]]
  done
}

@test "an answer that cannot be written is exit 74; a reader that has seen enough is not an error" {
  many_pdq lists/many.pdq.txt
  add_list '{name: many, path: lists/many.pdq.txt, source: "made up", purpose: known-csam}'
  build --quiet
  for command in "export" "info" "query --type md5 $(first md5)"; do
    run bash -c "proviso index $command >/dev/full"
    [ "$status" -eq 74 ]
    [ "$output" = "proviso-index: error: standard output: cannot be written: No space left on device" ]
  done
  run bash -c 'set -o pipefail; proviso index export | head -n 1 >/dev/null'
  [ "$status" -eq 0 ]
  [ -z "$output" ]
}

@test "merge makes one of several, and what one of them suspends is suspended" {
  with_withdrawn
  cp index/known.pvx one.pvx
  proviso index withdraw --quiet --list known --id made-up-photo-1 --output two.pvx --sign-key offline/index.pem
  run proviso index merge --output both.pvx --sign-key offline/index.pem one.pvx two.pvx
  [ "$status" -eq 0 ]
  [[ "$output" == *"both.pvx: 8 entries of 1 lists, "*"4 suspended"*", signed, digest "* ]]
  proviso index verify --index both.pvx
  [ "$(proviso index query --index both.pvx --type md5 "$(first md5)" | jq .suspended)" = true ]
  run proviso index merge --output both.pvx
  [ "$status" -eq 64 ]
}

@test "neighbours: pairs within a list and across, each once" {
  many_pdq lists/many.pdq.txt
  head -n 3 lists/many.pdq.txt >lists/few.pdq.txt
  add_list '{name: many, path: lists/many.pdq.txt, source: "made up", purpose: known-csam}'
  add_list '{name: few, path: lists/few.pdq.txt, source: "made up", purpose: known-csam}'
  build --quiet
  proviso index neighbours --distance 2 --list many >pairs 2>words
  [ "$(wc -l <pairs)" -eq 100 ]
  grep -q "100 pairs within 2 bits" words
  [ "$(jq -c 'select(.distance != 2)' pairs | wc -l)" -eq 0 ]
  [ "$(proviso index neighbours --quiet --distance 0 --across | jq -c '[.a.list, .b.list]' | sort | uniq -c | tr -s ' ')" = ' 3 ["few","many"]' ]
}

@test "query -: a hit for each hash that is known, a bad line is exit 2 and named, the others are answered" {
  { first md5; echo zz; printf '%s\r\n' "$(tail -n 1 lists/known.ndjson | jq -r .md5 | tr a-f A-F)"; echo; echo 00112233445566778899aabbccddeeff; } >asked
  run bash -c 'proviso index query --type md5 - <asked 2>words'
  [ "$status" -eq 2 ]
  [ "$(jq -r .entry <<<"$output" | tr '\n' ' ')" = "made-up-photo-1 made-up-photo-2 " ]
  [ "$(jq -r .query <<<"$output" | head -n 1)" = "$(first md5)" ]
  grep -qx "proviso-index: error: standard input:2: 32 hex digits were expected" words
  run proviso index query --type pdq "$(first md5)"
  [ "$status" -eq 64 ]
  [[ "$output" == *"HASH: 64 hex digits were expected"* ]]
  run proviso index query "$(first md5)"
  [ "$status" -eq 64 ]
  run proviso index query --type pdq --distance 64 "$(first pdq)"
  [ "$status" -eq 64 ]
  run proviso index query --type md5 00112233445566778899aabbccddeeff
  [ "$status" -eq 0 ]
  [ -z "$output" ]
}

@test "with --key or --unchecked and a file no policy is needed, and another key is exit 77" {
  openssl pkey -in offline/index.pem -pubout -out index.pub.pem
  openssl genpkey -algorithm ed25519 2>/dev/null | openssl pkey -pubout -out other.pub.pem
  [ "$(without_policy proviso index query --unchecked --index index/known.pvx --type md5 "$(first md5)" | jq -r .entry)" = made-up-photo-1 ]
  [ "$(without_policy proviso index query --key index.pub.pem --index index/known.pvx --type md5 "$(first md5)" | jq -r .entry)" = made-up-photo-1 ]
  run without_policy proviso index query --key other.pub.pem --index index/known.pvx --type md5 "$(first md5)"
  [ "$status" -eq 77 ]
  proviso index build --quiet --output unsigned.pvx
  run without_policy proviso index verify --key index.pub.pem --index unsigned.pvx
  [ "$status" -eq 77 ]
  run without_policy proviso index info --index index/known.pvx
  [ "$status" -ne 0 ]
  run without_policy proviso index info --unchecked
  [ "$status" -ne 0 ]
}

@test "in production an index without a signature, or with another's, is exit 77" {
  unset PROVISO_NOW
  proviso init production --mode production --provider "Example Messenger" >/dev/null
  export PROVISO_POLICY=$PWD/production/policy.yaml
  cp lists/known.ndjson production/lists/
  proviso index build --quiet
  run proviso index query --type md5 "$(first md5)"
  [ "$status" -eq 77 ]
  [[ "$output" == *"the index is not signed, and the policy asks for a signature"* ]]
  proviso index build --quiet --sign-key offline/index.pem      # the rehearsal's key
  run proviso index query --type md5 "$(first md5)"
  [ "$status" -eq 77 ]
  [[ "$output" == *"the signature is not of the policy's index key"* ]]
  proviso index build --quiet --sign-key production/offline/index.pem
  [ "$(proviso index query --type md5 "$(first md5)" | jq -r .entry)" = made-up-photo-1 ]
}

@test "an older version is exit 78, a cut or damaged file 65, none 66" {
  cp index/known.pvx old.pvx
  printf '\001' | dd of=old.pvx bs=1 seek=8 conv=notrunc status=none
  run proviso index info --index old.pvx
  [ "$status" -eq 78 ]
  [[ "$output" == *"old.pvx: index version 1; this program reads version 2"* ]]
  for bytes in 0 10 63 4096 5000; do
    head -c $bytes index/known.pvx >cut.pvx
    run proviso index info --index cut.pvx
    [ "$status" -eq 65 ]
  done
  cp index/known.pvx damaged.pvx
  printf 'x' | dd of=damaged.pvx bs=1 seek=4100 conv=notrunc status=none
  run proviso index verify --index damaged.pvx
  [ "$status" -eq 65 ]
  [[ "$output" == *"block 0: checksum differs"* ]]
  run proviso index info --index nowhere.pvx
  [ "$status" -eq 66 ]
}

@test "an index that is cut short while it is read ends the run with 74" {
  mkfifo asked told
  proviso index query --type md5 - <asked >told 2>words &
  reader=$!
  exec 8>asked 9<told
  first md5 >&8
  read -r hit <&9
  [ "$(jq -r .entry <<<"$hit")" = made-up-photo-1 ]
  truncate -s 4096 index/known.pvx
  first md5 >&8
  exec 8>&-
  code=0
  wait $reader || code=$?
  [ "$code" -eq 74 ]
  grep -q "the index was truncated while it was mapped" words
}

@test "every kernel gives the same answers, and one that there is not is exit 64" {
  many_pdq lists/many.pdq.txt
  add_list '{name: many, path: lists/many.pdq.txt, source: "made up", purpose: known-csam}'
  build --quiet
  tail -n 200 lists/many.pdq.txt >asked
  # shellcheck disable=SC2094
  for distance in 0 15 31 63; do
    proviso index query --type pdq --distance $distance - <asked >ours
    PROVISO_KERNEL=scalar proviso index query --type pdq --distance $distance - <asked >scalar
    cmp ours scalar
    [ "$(wc -l <ours)" -ge 200 ]
  done
  cmp <(proviso index neighbours --quiet --distance 31) <(PROVISO_KERNEL=scalar proviso index neighbours --quiet --distance 31)
  run env PROVISO_KERNEL=nonsense proviso index query --type pdq "$(head -n 1 asked)"
  [ "$status" -eq 64 ]
  [[ "$output" == *"PROVISO_KERNEL: this CPU has no kernel 'nonsense'"* ]]
}
