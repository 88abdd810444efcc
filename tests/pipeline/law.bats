#!/usr/bin/env bats
# law: instrument files of a user's own, against the published schema.
load workplace.bash

valid() {  # FILE...: does the schema take them?
  proviso law schema >schema.json
  /usr/bin/python3 - schema.json "$@" <<'END'
import json, sys
import jsonschema, yaml
class Loader(yaml.SafeLoader):
    pass
Loader.yaml_implicit_resolvers = {key: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
                                  for key, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()}
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
for path in sys.argv[2:]:
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(yaml.load(open(path), Loader)))
    if errors:
        sys.exit(1)
END
}

@test "the built-in texts are what the schema says" {
  valid "$PROVISO_SOURCE"/lib/law/instruments/*.yaml
}

@test "what the schema refuses is refused with line and column, and the reader is never the milder" {
  text=$PROVISO_SOURCE/lib/law/instruments/reg-2026-1881.yaml
  while IFS= read -r change; do
    sed "$change" "$text" >own.yaml
    if cmp -s "$text" own.yaml; then echo "no change: $change"; false; fi
    if valid own.yaml; then echo "the schema takes: $change"; false; fi
    run -78 proviso law show ./own.yaml
    grep -q 'own.yaml:[0-9]*:[0-9]*: ' <<<"$output"
  done <<'END'
s/^status: .*/status: perhaps/
s/^e2ee: .*/e2ee: yes/
s/^  audio: forbidden/  audio: maybe/
s/^  mail: allowed//
s/^solicitation: true/solicitation: "true"/
s/^retention_max: .*/retention_max: twelve months/
s/^storage_purposes: .*/storage_purposes: [advertising]/
s/^oversight: true/overlook: true/
s/id: SC-04/id: SC-05/
s/severity: error/severity: fatal/
s/^proviso-instrument: 1/proviso-instrument: 2/
s/^unconfirmed_storage: true/unconfirmed_storage: false/
END
}

@test "an instrument of a user's own decides, and a bomb of aliases does not" {
  sed 's/^id: .*/id: own-text/; s/^e2ee: article/e2ee: none/' "$PROVISO_SOURCE/lib/law/instruments/reg-2026-1881.yaml" >own.yaml
  proviso law diff reg-2026-1881 ./own.yaml | grep -q e2ee
  item m-1 image photo-3.jpg '.e2ee = true' >in.ndjson
  proviso scope-check --quiet --compare "$PWD/own.yaml" <in.ndjson | grep -q 'refused SC-07 .*let through'
  printf 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n' >bomb.yaml
  run -78 proviso law show ./bomb.yaml
  grep -q 'bomb.yaml:1:' <<<"$output"
}
