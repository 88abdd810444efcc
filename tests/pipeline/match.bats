#!/usr/bin/env bats
# match: what is looked up, what wins over a hit, and what stops it.
load workplace.bash

reopen() {  # TECHNOLOGY...: after a change of policy, the DPIAs filled in again and oversight signed
  for technology in "$@"; do
    proviso dpia-check --init "$technology" --example --force --output "dpia/$technology.yaml" >/dev/null
    proviso law oversee "$technology" --person oversight-1 --sign-key offline/oversight-1.key >/dev/null
  done
}

add_technology() {  # the block, before the lists
  awk -v block="$1" '/^lists:/ {print block} {print}' policy.yaml >policy.new
  mv policy.new policy.yaml
}

hashed() {  # items.ndjson through the first two stages
  proviso scope-check --quiet <items.ndjson | proviso hash --quiet
}

hits() {  # of a match output: id and entry of each hit
  jq -r 'select(.match) | .id as $id | .match.hits[] | [$id, .technology, .list, .entry] | join(" ")' "$1"
}

@test "a list of known-good files clears the hits of the very same file, counted in record, --stats and ledger" {
  proviso hash --quiet --no-pdq photos/photo-1.jpg | jq -c '{id: "harmless-1", md5}' >lists/good.ndjson
  sed -i 's|^lists:|lists:\n  - {name: good, path: lists/good.ndjson, source: "a register of harmless files", purpose: known-good}|' policy.yaml
  proviso index build --sign-key offline/index.pem >/dev/null
  hashed >hashed.ndjson
  proviso match --quiet --stats stats.json <hashed.ndjson >matched.ndjson
  [ "$(hits matched.ndjson | grep -c '^photo-1 ')" -eq 0 ]
  [ "$(hits matched.ndjson | grep -c '^photo-1-resized ')" -eq 1 ]
  [ "$(jq -c 'select(.id == "photo-1") | .match.excluded' matched.ndjson)" = '{"known_good":4,"suspended":0}' ]
  [ "$(jq -r 'select(.id == "photo-2") | .match | has("excluded")' matched.ndjson)" = false ]
  [ "$(jq .match.excluded.known_good stats.json)" -eq 4 ]
  [ "$(cat ledger/entries/*.ndjson | jq -c 'select(.event == "match.excluded") | .known_good')" = '{"good":4}' ]
  never grep -q photo-1 ledger/entries/*.ndjson
}

@test "--best gives one hit for each technology and file" {
  hashed >hashed.ndjson
  [ "$(proviso match --quiet <hashed.ndjson | jq -c 'select(.id == "photo-1") | .match.hits | length')" -eq 4 ]
  proviso match --quiet --best <hashed.ndjson >best.ndjson
  [ "$(jq -c 'select(.id == "photo-1") | [.match.hits[].technology]' best.ndjson)" = '["known-digests","known-pdq"]' ]
  proviso retain --quiet <best.ndjson >/dev/null
  [ "$(cases | wc -l)" -eq 4 ]
}

@test "--expect-index: another version is exit 78 and nothing is passed on" {
  hashed >hashed.ndjson
  version=$(proviso match --quiet <hashed.ndjson | jq -r '[.match.hits[]?.index] | first // empty' | head -n 1)
  proviso match --quiet --expect-index "$version" <hashed.ndjson >matched.ndjson
  [ "$(wc -l <matched.ndjson)" -eq 8 ]
  run bash -c "proviso match --quiet --expect-index ${version//[0-9]/0} <hashed.ndjson 2>error"
  [ "$status" -eq 78 ]
  [ -z "$output" ]
  grep -q "the index is version $version" error
  run proviso match --quiet --expect-index new
  [ "$status" -eq 64 ]
}

@test "--sample: a new list for a share of the items, the same ones each time, in record and ledger" {
  proviso hash --quiet photos/photo-[3456].jpg | jq -c '{id: ("new-" + (.path | split("/")[-1] | split(".")[0])), md5}' >lists/new.ndjson
  sed -i 's|^lists:|lists:\n  - {name: new, path: lists/new.ndjson, source: "made up", purpose: known-csam}|; s/lists: \[known\]/lists: [known, new]/' policy.yaml
  reopen known-digests known-pdq
  proviso index build --sign-key offline/index.pem >/dev/null
  hashed >hashed.ndjson
  for n in 1 2; do proviso match --quiet --sample 0.5 --seed roll-out-7 --sample-list new <hashed.ndjson >"matched-$n.ndjson"; done
  cmp <(hits matched-1.ndjson) <(hits matched-2.ndjson)
  [ "$(hits matched-1.ndjson | grep -c ' known ')" -eq "$(proviso match --quiet <hashed.ndjson >all.ndjson; hits all.ndjson | grep -c ' known ')" ]
  for id in photo-3 photo-4 photo-5 photo-6; do
    sampled=$(jq -r --arg id "$id" 'select(.id == $id) | .match.sampled' matched-1.ndjson)
    [ "$(hits matched-1.ndjson | grep -c "^$id ")" -eq "$([ "$sampled" = true ] && echo 1 || echo 0)" ]
  done
  [ "$(cat ledger/entries/*.ndjson | jq -c 'select(.event == "index.loaded" and .sample) | .sample' | sort -u)" = '{"lists":["new"],"rate":0.5,"seed":"roll-out-7"}' ]
  run proviso match --sample 0.5 </dev/null
  [ "$status" -eq 64 ]
  run proviso match --sample 2 --seed s </dev/null
  [ "$status" -eq 64 ]
  run proviso match --sample 0.5 --seed s --sample-list other </dev/null
  [ "$status" -eq 64 ]
}

@test "the breaker: exit 3, nothing of the batch goes on, and the run balances" {
  sed -i 's/^  known_within:.*/  known_within: none\n  max_hit_share: 0.5\n  window: 100/' policy.yaml
  for i in $(seq 1 120); do cp photos/photo-1.jpg "spool/copy-$i.jpg"; item "copy-$i" image "copy-$i.jpg"; done >items.ndjson
  touch -d "$PROVISO_NOW" spool/*
  proviso scope-check --quiet <items.ndjson >scoped.ndjson
  proviso hash --quiet <scoped.ndjson >hashed.ndjson
  run bash -c 'proviso match --quiet <hashed.ndjson >matched.ndjson 2>error'
  [ "$status" -eq 3 ]
  [ ! -s matched.ndjson ]
  grep -q "over match.max_hit_share 0.5" error
  [ "$(cat ledger/entries/*.ndjson | jq -c 'select(.event == "match.breaker") | [.hits, .seen, .withheld]')" = "[120,120,120]" ]
  [ "$(find spool -name 'copy-*' | wc -l)" -eq 120 ]
  proviso audit balance "$(run_of scoped.ndjson)"
  proviso audit verify
}

@test "external: the provider's detector decides by its threshold, and no score is an error" {
  add_technology '  - name: classifier
    version: "1.0"
    purpose: new-csam
    method: external
    parameters: {threshold: 0.9, detector: "a made-up detector", detector_version: "3.1"}
    content: [image]
    services: [chat]
    dpia: dpia/classifier.yaml'
  reopen classifier
  proviso dpia-check classifier
  { item photo-3 image photo-3.jpg '.scores = {"classifier": 0.95}'
    item photo-4 image photo-4.jpg '.scores = {"classifier": 0.89}'
    item photo-5 image photo-5.jpg
    item photo-1 image photo-1.jpg; } >items.ndjson
  hashed >hashed.ndjson
  run bash -c 'proviso match --quiet <hashed.ndjson >matched.ndjson'
  [ "$status" -eq 2 ]
  [ "$(jq -c 'select(.id == "photo-3") | .match.hits[0] | [.technology, .class, .score, .threshold, .previously_identified, has("list")]' matched.ndjson)" = '["classifier","new",0.95,0.9,false,false]' ]
  [ "$(jq -c 'select(.id == "photo-4") | .match.hits' matched.ndjson)" = '[]' ]
  [ "$(jq -r 'select(.id == "photo-5") | .error.code' matched.ndjson)" = no_score ]
  [ "$(jq -c 'select(.id == "photo-1") | .match.hits | length' matched.ndjson)" -eq 4 ]
  proviso retain --quiet <matched.ndjson >retained.ndjson || true
  [ "$(jq -r 'select(.retain) | .id' retained.ndjson | sort | tr '\n' ' ')" = "photo-1 photo-3 " ]
}

@test "indicators: risk factors make a case of the evidence, no text travels, and a change of threshold closes the gate" {
  add_technology '  - name: solicitation
    version: "1.0"
    purpose: solicitation
    method: indicators
    parameters: {thresholds: {age_difference: 10, child_likely: 1, keywords: 3}, objective: [age_difference, child_likely]}
    content: [text]
    services: [chat]
    dpia: dpia/solicitation.yaml'
  reopen solicitation
  proviso dpia-check solicitation
  echo "what a person may look at" >spool/talk.txt
  touch -d "$PROVISO_NOW" spool/talk.txt
  { item talk-1 text - 'del(.content.path) | .content.evidence = "talk.txt" | .indicators = {age_difference: 25, child_likely: true}'
    item talk-2 text - 'del(.content.path) | .indicators = {age_difference: 2, keywords: 9}'
    item talk-3 text - '.content.path = "other.txt" | .indicators = {age_difference: 25, child_likely: true}'
    item photo-1 image photo-1.jpg; } >items.ndjson
  hashed >hashed.ndjson
  [ "$(jq -r .id hashed.ndjson | tr '\n' ' ')" = "talk-1 talk-2 photo-1 " ]
  [ "$(jq -c 'select(.id == "talk-1") | .hash | del(.mac)' hashed.ndjson)" = '{"kind":"text"}' ]
  proviso match --quiet <hashed.ndjson >matched.ndjson
  [ "$(jq -c 'select(.id == "talk-1") | .match.hits | map([.class, .factors])' matched.ndjson)" = '[["solicitation",["age_difference","child_likely"]]]' ]
  [ "$(jq -c 'select(.id == "talk-2") | .match.hits' matched.ndjson)" = '[]' ]
  [ "$(jq -c 'select(.id == "photo-1") | [.match.hits[].class] | unique' matched.ndjson)" = '["known"]' ]
  proviso retain --quiet <matched.ndjson >retained.ndjson
  [ "$(jq -r 'select(.retain.case) | .id' retained.ndjson | sort | tr '\n' ' ')" = "photo-1 talk-1 " ]
  [ ! -e spool/talk.txt ]
  sed -i 's/age_difference: 10/age_difference: 5/' policy.yaml
  run proviso dpia-check solicitation
  [ "$status" -eq 1 ]
  [[ "$output" == *"parameter thresholds"* ]]
}

@test "indicators: a hit without evidence is an error, never a lost hit" {
  add_technology '  - name: solicitation
    version: "1.0"
    purpose: solicitation
    method: indicators
    parameters: {thresholds: {age_difference: 10, child_likely: 1}, objective: [age_difference]}
    content: [text]
    services: [chat]
    dpia: dpia/solicitation.yaml'
  reopen solicitation
  item talk-1 text - 'del(.content.path) | .indicators = {age_difference: 25, child_likely: true}' >items.ndjson
  run bash -c 'hashed() { proviso scope-check --quiet <items.ndjson | proviso hash --quiet; }; hashed | proviso match --quiet | proviso retain --quiet'
  [ "$status" -eq 2 ]
  [ "$(jq -r .error.code <<<"$output")" = no_evidence ]
}

@test "indicators: where a text forbids looking for solicitation, the technology stays shut" {
  sed -i 's/^also: .*/also: [libe-2020]/' policy.yaml
  add_technology '  - name: solicitation
    version: "1.0"
    purpose: solicitation
    method: indicators
    parameters: {thresholds: {age_difference: 10, child_likely: 1}, objective: [age_difference]}
    content: [text]
    services: [chat]
    dpia: dpia/solicitation.yaml'
  reopen known-digests known-pdq solicitation
  item talk-1 text - 'del(.content.path) | .indicators = {age_difference: 25, child_likely: true}' >items.ndjson
  proviso scope-check --quiet --rejects rejects.ndjson <items.ndjson >scoped.ndjson || true
  [ ! -s scoped.ndjson ]
}

@test "vpdq: the frames of a video are hashed for it, and a video that no list has is no hit" {
  command -v ffmpeg >/dev/null || skip "no ffmpeg to make a video with"
  add_technology '  - name: videos
    version: "1.0"
    purpose: known-csam
    method: vpdq
    content: [video]
    services: [chat]
    lists: [known]
    dpia: dpia/videos.yaml'
  reopen videos
  proviso dpia-check videos
  ffmpeg -v error -f lavfi -i testsrc=duration=3:size=320x240:rate=5 spool/clip.mp4
  touch -d "$PROVISO_NOW" spool/clip.mp4
  item clip video clip.mp4 >items.ndjson
  hashed >hashed.ndjson
  [ "$(jq '.hash.frames | length' hashed.ndjson)" -ge 1 ]
  [ "$(jq 'has("error")' hashed.ndjson)" = false ]
  [ "$(proviso match --quiet <hashed.ndjson | jq -c .match.hits)" = '[]' ]
}
