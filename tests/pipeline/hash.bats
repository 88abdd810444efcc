#!/usr/bin/env bats
# hash: what it takes, what it refuses, and the forms it prints. The formats themselves are tested in tests/unit/media.
# shellcheck disable=SC2154 # workplace.bash sets work
load workplace.bash

media=$BATS_TEST_DIRNAME/../data/media

through_match() { proviso scope-check --quiet | proviso hash --quiet | proviso match --quiet; }

@test "a known picture inside an archive is a hit that names its leaf; the archive's own digest is never looked up" {
  mkdir in && cp photos/photo-3.jpg photos/photo-1.jpg in/ && echo "some words" >in/words.txt
  bsdtar -a -cf spool/pair.zip -C in photo-3.jpg photo-1.jpg words.txt
  item pair archive pair.zip >in.ndjson
  through_match <in.ndjson >matched.ndjson
  [ "$(jq -r '[.match.hits[].member] | unique | join(",")' matched.ndjson)" = 1 ]
  [ "$(jq -r '[.match.hits[].technology] | unique | join(",")' matched.ndjson)" = known-digests,known-pdq ]
  [ "$(jq -c '.hash | [has("md5"), has("sha256"), has("pdq"), (.members | length), .skipped.text]' matched.ndjson)" = "[false,true,false,2,1]" ]
  run bash -c 'proviso retain --quiet <matched.ndjson'
  [ "$(jq -r .retain.state <<<"$output")" = suspected ]
  [ ! -e spool/pair.zip ]
}

@test "an archive without a hit leaves nothing" {
  bsdtar -a -cf spool/other.zip -C photos photo-3.jpg photo-4.jpg
  item other archive other.zip >in.ndjson
  through_match <in.ndjson | proviso retain --quiet >out.ndjson
  [ ! -s out.ndjson ]
  [ ! -e spool/other.zip ]
}

@test "a leaf that cannot be read makes the item an error, unless another leaf is a hit" {
  cp "$media/locked.zip" spool/locked.zip
  item locked archive locked.zip >in.ndjson
  run bash -c 'proviso scope-check --quiet <in.ndjson | proviso hash --quiet | proviso match --quiet'
  [ "$status" -eq 2 ]
  [ "$(jq -r .error.code <<<"$output")" = locked ]
  head -c 4000 photos/photo-4.jpg >cut.jpg
  mkdir in && mv cut.jpg in/ && cp photos/photo-1.jpg in/
  bsdtar -a -cf spool/mixed.tar.gz -C in cut.jpg photo-1.jpg
  item mixed archive mixed.tar.gz >in.ndjson
  through_match <in.ndjson >matched.ndjson
  [ "$(jq -r '.match.hits | length > 0' matched.ndjson)" = true ]
  [ "$(jq -r '.hash.members[0].error.code' matched.ndjson)" = decode_failed ]
}

@test "mail: the attachment is looked at, the text is counted and nothing of it is written" {
  {
    printf 'From: a@example.org\r\nTo: b@example.org\r\nSubject: hello\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n'
    printf -- '--b\r\nContent-Type: text/plain\r\n\r\nunmistakable words\r\n--b\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    base64 photos/photo-1.jpg
    printf -- '--b--\r\n'
  } >spool/message.eml
  item message mail message.eml >in.ndjson
  through_match <in.ndjson >matched.ndjson
  [ "$(jq -r '.match.hits | length > 0' matched.ndjson)" = true ]
  [ "$(jq -r .hash.skipped.text matched.ndjson)" = 1 ]
  run grep -c unmistakable matched.ndjson
  [ "$output" = 0 ]
}

@test "a bomb is one error record, and its file is gone" {
  cp "$media/bomb.xz" spool/bomb.xz
  { item bomb archive bomb.xz; item photo-3 image photo-3.jpg; } >in.ndjson
  run bash -c 'proviso scope-check --quiet <in.ndjson | proviso hash --quiet >hashed.ndjson'
  [ "$status" -eq 2 ]
  [ "$(jq -r '.error.code // "ok"' hashed.ndjson | tr '\n' ' ')" = "too_large ok " ]
  run bash -c 'proviso match --quiet <hashed.ndjson | proviso retain --quiet'
  [ ! -e spool/bomb.xz ]
}

@test "hashes validate against the schema that hash prints" {
  bsdtar -a -cf spool/pair.zip -C photos photo-3.jpg photo-4.jpg
  item pair archive pair.zip >in.ndjson
  proviso scope-check --quiet <in.ndjson | proviso hash --quiet >hashed.ndjson
  proviso hash --schema out >hash.json
  python3 - <<'P'
import json, warnings
warnings.simplefilter("ignore")
import jsonschema
schema = json.load(open("hash.json"))
for line in open("hashed.ndjson"):
    record = json.loads(line)
    # hash's own part; its references to the other schemas are theirs to test.
    own = {"$defs": schema["$defs"], **schema["properties"]["hash"]}
    own["$defs"] = {"digests": schema["$defs"]["digests"]}
    jsonschema.Draft202012Validator(own).validate(record["hash"])
    record["hash"]["members"][0]["pdq"] = "no hash"
    try:
        jsonschema.Draft202012Validator(own).validate(record["hash"])
        raise SystemExit("the schema takes anything")
    except jsonschema.ValidationError:
        pass
P
}

@test "sum and hashdeep lines are those of the tools that have these forms" {
  proviso hash --quiet --format sum --digests sha256 photos >ours
  (sha256sum photos/*.jpg) >theirs
  diff ours theirs
  sha256sum --quiet -c ours
  proviso hash --quiet --format hashdeep photos >ours
  [ "$(head -n 2 ours | tail -n 1)" = "%%%% size,md5,sha1,sha256,filename" ]
  grep -q "^$(stat -c %s photos/photo-1.jpg),$(md5sum <photos/photo-1.jpg | cut -d' ' -f1),.*,photos/photo-1.jpg$" ours
  proviso hash --quiet --format csv photos/photo-1.jpg nowhere.jpg >ours || [ $? -eq 2 ]
  python3 -c 'import csv; rows = list(csv.DictReader(open("ours"))); assert rows[0]["kind"] == "image" and len(rows[0]["pdq"]) == 64; assert rows[1]["error"].startswith("content_gone")'
}

@test "a name with a newline is escaped as sha256sum does" {
  cp photos/photo-1.jpg $'photos/new\nline.jpg'
  proviso hash --quiet --format sum --digests md5 $'photos/new\nline.jpg' >ours
  md5sum $'photos/new\nline.jpg' >theirs
  diff ours theirs
}

@test "the file that fails is named with a stable code, the others are hashed, and the exit code is 2" {
  head -c 3000 photos/photo-1.jpg >cut.jpg
  mkfifo pipe
  run bash -c 'proviso hash --quiet cut.jpg photos/photo-2.jpg pipe nowhere'
  [ "$status" -eq 2 ]
  [ "$(jq -r '.error.code // "ok"' <<<"$output" | tr '\n' ' ')" = "decode_failed ok content_unreadable content_gone " ]
}

@test "a video cut before its list of tracks is not taken for sound: one decode_failed, and the exit code is 2" {
  for name in mov mp4 3gp; do
    size=$(grep -abo moov "$media/video.$name" | tail -n 1 | cut -d: -f1)
    head -c $((size - 4)) "$media/video.$name" >"spool/cut.$name"
  done
  run env -u PROVISO_POLICY "$(command -v proviso)" hash --quiet spool/cut.mov spool/cut.mp4 spool/cut.3gp
  [ "$status" -eq 2 ]
  [ "$(jq -r '.error.code // "ok"' <<<"$output" | tr '\n' ' ')" = "decode_failed decode_failed decode_failed " ]
  env -u PROVISO_POLICY proviso hash --quiet --format sum --digests sha256 spool/cut.mov | diff - <(sha256sum spool/cut.mov)
  sed -i 's/content: \[image\]/content: [image, video]/' policy.yaml
  "$BATS_TEST_DIRNAME/reopen-gate" "$work"
  item cut video cut.mov >in.ndjson
  run bash -c 'proviso scope-check --quiet <in.ndjson | proviso hash --quiet'
  [ "$status" -eq 2 ]
  [ "$(jq -r .error.code <<<"$output")" = decode_failed ]
  bsdtar -a -cf spool/holds.zip -C spool cut.3gp
  item holds archive holds.zip >in.ndjson
  run bash -c 'proviso scope-check --quiet <in.ndjson | proviso hash --quiet | proviso match --quiet'
  [ "$status" -eq 2 ]
  [ "$(jq -r .error.code <<<"$output")" = decode_failed ]
}

@test "directories are walked in name order, links inside are passed over, names come from a list as they are read" {
  mkdir -p tree/b tree/a && cp photos/photo-1.jpg tree/b/2.jpg && cp photos/photo-2.jpg tree/a/1.jpg && cp photos/photo-3.jpg tree/c.jpg
  ln -s /etc tree/z && ln -s c.jpg tree/y.jpg
  [ "$(proviso hash --quiet --no-pdq tree | jq -r .path | tr '\n' ' ')" = "tree/a/1.jpg tree/b/2.jpg tree/c.jpg " ]
  [ "$(printf 'tree/c.jpg\0tree/a\0' | proviso hash --quiet --no-pdq --files-from - -0 | jq -r .path | tr '\n' ' ')" = "tree/c.jpg tree/a/1.jpg " ]
}

@test "options of file hashing are refused in the stream, where the policy says what is computed" {
  run proviso hash --dihedral </dev/null
  [ "$status" -eq 64 ]
  run proviso hash --format sum photos
  [ "$status" -eq 64 ]
}

@test "turned, letterboxed and moving pictures: what was asked for, and nothing else" {
  proviso hash --quiet --dihedral --unletterbox "$media/letterboxed.png" >boxed.ndjson
  [ "$(jq -r '[(.pdq_dihedral | length), (.pdq_unletterboxed | length)] | join(",")' boxed.ndjson)" = 8,64 ]
  [ "$(proviso hash --quiet "$media/letterboxed.png" | jq -r 'has("pdq_dihedral") or has("pdq_unletterboxed")')" = false ]
  [ "$(proviso hash --quiet --frame-interval 0 "$media/video.webm" | jq -r .frames_sampled)" = 30 ]
  [ "$(proviso hash --quiet --no-pdq "$media/video.webm" | jq -r 'has("frames")')" = false ]
}

@test "a turned copy is found when the technology says so, and its hit names the turn" {
  sed -i 's/distance: 31, quality_floor: 50/distance: 31, quality_floor: 50, dihedral: true, unletterbox: true/' policy.yaml
  "$BATS_TEST_DIRNAME/reopen-gate" "$work"
  convert photos/photo-1.jpg -rotate 90 spool/turned.jpg
  convert photos/photo-2.jpg -bordercolor black -border 0x80 spool/boxed.jpg
  { item turned image turned.jpg; item boxed image boxed.jpg; } >in.ndjson
  through_match <in.ndjson >matched.ndjson
  [ "$(jq -r '.match.hits[0].transform // "none"' matched.ndjson | sed 's/[0-9]*$//' | tr '\n' ' ')" = "rotate unletterboxed " ]
}

@test "progress tells how far, how fast and how long" {
  proviso hash --progress photos >out.ndjson 2>err
  grep -q '100% 6 files' err
}
