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
