#!/usr/bin/env bats
# The manual: lint, and every command of its EXAMPLES.
# shellcheck disable=SC2154 # workplace.bash sets work
load workplace.bash

@test "every page is clean under mandoc -Tlint" {
  for page in "$PROVISO_SOURCE"/man/*.[157]; do
    mandoc -Tlint -Wwarning "$page"
  done
}

@test "every tool has a page" {
  for tool in hash match scope-check retain purge report dpia-check index review audit law policy init; do
    [ -e "$PROVISO_SOURCE/man/proviso-$tool.1" ]
  done
}

examples() {  # PAGE: the commands of its EXAMPLES, one a line
  sed -n '/^\.Sh EXAMPLES/,/^\.Sh DIAGNOSTICS/p' "$1" | sed -n 's/^\$ //p' | sed 's/\\e/\\/g; s/\\-/-/g'
}

@test "the commands of every EXAMPLES section work" {
  stream <items.ndjson >retained.ndjson
  CASE=$(jq -r 'select(.retain) | .retain.case' retained.ndjson | head -n 1)
  DIGEST=$(proviso audit query --event gate.inputs | jq -r '.documents[0].sha256')
  export CASE DIGEST
  cp "$PROVISO_TEMPLATE"/spool/* spool/
  failed=0
  for page in "$PROVISO_SOURCE"/man/*.[157]; do
    copy=$(mktemp -d)
    cp -a "$work/." "$copy/"
    while IFS= read -r command; do
      want=0
      if [[ $command =~ \#\ exit\ ([0-9]+)$ ]]; then want=${BASH_REMATCH[1]}; fi
      got=0
      ( cd "$copy" && PROVISO_POLICY=$copy/policy.yaml timeout 60 bash -c "$command" >output.txt 2>&1 </dev/null ) || got=$?
      if [ "$got" -ne "$want" ]; then
        echo "$(basename "$page"): $command: exit $got, want $want"
        tail -n 5 "$copy/output.txt"
        failed=1
      fi
    done < <(examples "$page")
    rm -rf "$copy"
  done
  [ "$failed" -eq 0 ]
}
