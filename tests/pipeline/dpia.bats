#!/usr/bin/env bats
# dpia-check, as CI and as a new user meets it: forms, exit codes, a bare checkout, from template to green.
load workplace.bash

spoil() {  # [KEY [LINE]]: an assessment that says nothing there any more
  /usr/bin/python3 - dpia/known-pdq.yaml "${1:-purposes}" "${2-  purposes: TODO}" <<'END'
import re, sys
path, key, line = sys.argv[1:]
text = open(path).read()
new = re.sub(r'(?ms)^  ' + key + r':.*?(?=^  \w|^\w|^#|^$)', line + '\n', text, count=1)
assert new != text
open(path, 'w').write(new)
END
}

@test "each form tells the same: met is 0, not met is 1" {
  for form in text ndjson json sarif junit github tap; do
    proviso dpia-check --quiet --format "$form" >"out.$form"
  done
  spoil
  for form in text ndjson json sarif junit github tap; do
    run -1 bash -c "proviso dpia-check --quiet --format $form >bad.$form"
  done
  grep -q '^dpia/known-pdq.yaml:[0-9]*:[0-9]*: error: W6: \|/dpia/known-pdq.yaml:[0-9]*:[0-9]*: error: W6: ' bad.text
  [ "$(jq -r 'select(.check == "W6") | .technology' bad.ndjson)" = known-pdq ]
  [ "$(jq -r .met out.json)" = true ] && [ "$(jq -r .met bad.json)" = false ]
  [ "$(jq -r '.runs[0].results[] | select(.ruleId == "W6") | .locations[0].physicalLocation.artifactLocation.uri' bad.sarif)" = dpia/known-pdq.yaml ]
  grep -q '^::error file=dpia/known-pdq.yaml,line=[0-9]*,col=[0-9]*,title=W6 DP-01::known-pdq: ' bad.github
  grep -q '^not ok [0-9]* - known-pdq W6$' bad.tap
  [ "$(grep -c '^\(not \)\?ok ' bad.tap)" -eq "$(sed -n 's/^1\.\.//p' bad.tap)" ]
  [ "$(grep -c '^not ok' out.tap)" -eq 0 ]
}

@test "SARIF and JUnit are what their schemas say" {
  [ -n "${PROVISO_CONFORMANCE:-}" ] || skip "PROVISO_CONFORMANCE is not set"
  spoil
  run -1 bash -c 'proviso dpia-check --quiet --format junit >bad.xml'
  run -1 bash -c 'proviso dpia-check --quiet --format sarif >bad.sarif'
  xmllint --noout --schema "$PROVISO_CONFORMANCE/schemas/junit.xsd" bad.xml
  /usr/bin/python3 - "$PROVISO_CONFORMANCE/schemas/sarif-schema-2.1.0.json" bad.sarif <<'END'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
def drop(node):  # the `language` patterns have an unbalanced bracket
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        drop(value)
    if isinstance(node, dict) and isinstance(node.get("language"), dict):
        node["language"].pop("pattern", None)
drop(schema)
document = json.load(open(sys.argv[2]))
assert document["runs"][0]["results"]
jsonschema.Draft7Validator(schema).validate(document)
END
}

@test "a bare checkout needs policy and assessments alone" {
  mkdir bare
  cp -r policy.yaml dpia bare/
  cd bare
  PROVISO_POLICY=policy.yaml proviso dpia-check --quiet --static
  run -78 env PROVISO_POLICY=policy.yaml proviso dpia-check --quiet
}

@test "a warning fails under --strict alone" {
  spoil codes_of_conduct ""
  proviso dpia-check --quiet --format json >out.json
  [ "$(jq .warnings out.json)" -gt 0 ]
  run -1 bash -c 'proviso dpia-check --quiet --strict >/dev/null'
}

@test "a review that falls due soon is not met with --min-days" {
  proviso dpia-check --quiet --min-days 1
  run -1 proviso dpia-check --quiet --min-days 3650
}

@test "a policy that cannot be read, and an assessment that is no YAML, are 78 with their place" {
  printf 'a: [\n' >dpia/known-pdq.yaml
  run -78 proviso dpia-check --quiet
  [[ "$output" == *"known-pdq.yaml:"* ]]
  printf 'proviso: 1\nproviso: 1\n' >policy.yaml
  run -78 proviso dpia-check --quiet
  [[ "$output" == *"policy.yaml:2:1"* ]]
}

@test "the templates for CI are YAML, and the commands in them run" {
  for file in github-actions.yml gitlab-ci.yml pre-commit-hooks.yaml; do
    /usr/bin/python3 -c 'import sys, yaml; yaml.safe_load(open(sys.argv[1]))' "$PROVISO_SOURCE/scripts/ci/$file"
    command=$(grep -o 'proviso dpia-check.*' "$PROVISO_SOURCE/scripts/ci/$file" | head -n 1)
    [ -n "$command" ]
    bash -c "$command"
  done
  [ -s dpia.sarif ] && [ -s dpia.xml ]
}

as_form() {  # FILE: known-pdq's assessment is that file, and no other technology stands in the way
  sed -i "s#dpia/known-pdq.yaml#$1#" policy.yaml
  grep -q "$1" policy.yaml
}

@test "Markdown: keys in the front matter, long texts below headings, places of the file" {
  { echo ---; cat dpia/known-pdq.yaml; echo ---; } >dpia/known-pdq.md
  as_form dpia/known-pdq.md
  proviso dpia-check --quiet
  spoil purposes ""
  { echo ---; cat dpia/known-pdq.yaml; echo ---; printf '# Assessment\n\n## 2 Necessity, proportionality and rights\n\n### Purposes\n\n'; } >dpia/known-pdq.md
  cp dpia/known-pdq.md dpia/empty.md
  echo 'EXAMPLE: Only to detect known material; used for nothing else.' >>dpia/known-pdq.md
  proviso dpia-check --quiet
  as_form dpia/known-pdq.md
  cp dpia/empty.md dpia/known-pdq.md
  run -1 proviso dpia-check --quiet
  [[ "$output" == *"known-pdq.md:$(grep -n '^### Purposes' dpia/empty.md | cut -d: -f1):1: error: W6:"* ]]
  # shellcheck disable=SC2016 # Markdown's code marks
  printf '\n### `compliance.purposes`\nEXAMPLE: twice\n' >>dpia/known-pdq.md
  run -1 proviso dpia-check --quiet
  [[ "$output" == *"compliance.purposes stands twice"* ]]
}

@test "Markdown without front matter, or with one that has no end, is 78 with its place" {
  as_form dpia/known-pdq.md
  echo '# Assessment' >dpia/known-pdq.md
  run -78 proviso dpia-check --quiet
  [[ "$output" == *"known-pdq.md:1:1: no front matter"* ]]
  printf -- '---\nproviso-dpia: 1\n' >dpia/known-pdq.md
  run -78 proviso dpia-check --quiet
  [[ "$output" == *"known-pdq.md:1:1: the front matter has no end"* ]]
}

@test "the CNIL's form: what --emit writes is what is read, and each question is named that has no answer" {
  proviso dpia-check --quiet --init known-pdq --example --emit cnil --output dpia/known-pdq.json
  as_form dpia/known-pdq.json
  proviso dpia-check --quiet
  jq '(.answers[] | select(.reference_to == 211).data.text) = "<p> </p>"' dpia/known-pdq.json >new && mv new dpia/known-pdq.json
  run -1 proviso dpia-check --quiet
  [[ "$output" == *"question 211 of the CNIL's form has no answer"* ]]
  [[ "$output" == *"error: W6: "* ]]
  proviso dpia-check --quiet --init known-pdq --emit cnil --output dpia/known-pdq.json --force
  run -1 proviso dpia-check --quiet
  [[ "$output" == *"question 325 has no gauge"* ]]
  echo '{"pia": 1, "pia": 2}' >dpia/known-pdq.json
  run -65 proviso dpia-check --quiet
}

@test "an export of the CNIL's tool about something else is read, and not met" {
  [ -n "${PROVISO_CONFORMANCE:-}" ] || skip "PROVISO_CONFORMANCE is not set"
  cp "$PROVISO_CONFORMANCE/dpia/cnil-export-example.json" dpia/known-pdq.json
  as_form dpia/known-pdq.json
  run -1 proviso dpia-check --quiet --format json
  [ "$(jq '[.findings[] | select(.check == "W6")] | length' <<<"$output")" -eq 0 ]
  [ "$(jq '[.findings[] | select(.check == "D1" or .check == "D3")] | length' <<<"$output")" -gt 0 ]
}

@test "from a template to green by doing what the messages ask for" {
  rm dpia/known-pdq.yaml
  run -1 proviso dpia-check --quiet known-pdq
  command=$(sed -n "s/.*write: '\(proviso dpia-check --init .*\)' writes one.*/\1/p" <<<"$output")
  [ -n "$command" ]
  $command
  run -1 proviso dpia-check --quiet known-pdq
  # Each answer that is asked for, in words; then the values that are no words.
  sed -i 's/FILL IN.*/we tell this here in words of our own/' dpia/known-pdq.yaml
  while read -r key value; do
    sed -i "s/^\( *$key:\) .*/\1 $value/" dpia/known-pdq.yaml
  done <<'END'
completed 2026-08-01
dpo_advice_date 2026-08-02
approved 2026-08-03
review_by 2027-07-01
sent 2026-08-10
received 2026-08-11
error_rate_target 0.01
rectify_within P1D
residual_risk low
outcome approve
END
  run proviso dpia-check --quiet known-pdq
  echo "$output"
  [ "$status" -eq 0 ]
}
