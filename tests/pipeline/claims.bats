#!/usr/bin/env bats
# What manual, READMEs, messages and the map of CONTRIBUTING.md say exists, exists.

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
}

tools() {  # the names that the front door lists
  proviso --help | sed -n '/^tools:/,/^$/s/^  \([a-z-]*\) .*/\1/p'
}

subcommands() {  # TOOL
  "$PROVISO_LIBEXEC/$1" --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z-][a-z-]*\) .*/\1/p'
}

options() {  # TOOL [SUBCOMMAND]: its options, one a line; long names, else the short one
  "$PROVISO_LIBEXEC/$1" "${@:2}" --help | sed -n 's/^  \(-[^ ]*\) .*/\1/p; s/^  \(-[^ ]*\)$/\1/p' | tr ',' '\n' |
    sed 's/[[{:].*//' | grep '^-'
}

common="-h --help --policy --now --stats --quiet --progress --no-progress --log-format --version -v"

options_of_page() {  # PAGE: what it marks up as an option
  grep '^\.' "$1" | grep -oE 'Fl -?[A-Za-z0-9-]+' | sed 's/^Fl /-/' | sort -u
}

@test "the front door lists what is installed, and every tool has a page" {
  diff <(tools | sort) <(find "$PROVISO_LIBEXEC" -type f -printf "%f\n" | grep -vx decode-worker | sort)
  for tool in $(tools); do
    [ -e "$PROVISO_SOURCE/man/proviso-$tool.1" ]
  done
}

@test "a tool's page has each of its options and sub-commands, and no others" {
  failed=0
  for tool in $(tools); do
    page=$PROVISO_SOURCE/man/proviso-$tool.1
    there=$( { options "$tool"; for sub in $(subcommands "$tool"); do options "$tool" "$sub"; done; } | sort -u)
    there=$(comm -23 <(echo "$there") <(tr ' ' '\n' <<<"$common" | sort))
    named=$(comm -23 <(options_of_page "$page") <(tr ' ' '\n' <<<"$common" | sort))
    diff <(echo "$there") <(echo "$named") >difference || { echo "$tool: < in the tool, > in the page"; cat difference; failed=1; }
    for sub in $(subcommands "$tool"); do
      grep -qE "^\.(Cm|Nm proviso $tool|It Cm) .*\b$sub\b|^\.Nm proviso $tool $sub\b" "$page" || { echo "$tool: no $sub"; failed=1; }
    done
  done
  [ "$failed" -eq 0 ]
}

@test "each command that manual, READMEs and messages name exists" {
  failed=0
  known=" help $(tools | tr '\n' ' ')"
  while read -r tool sub; do
    [[ $known == *" $tool "* ]] || { echo "proviso $tool: no such tool"; failed=1; continue; }
    if [ "$tool" = help ] || [ -z "$sub" ]; then continue; fi
    subs=$(subcommands "$tool")
    [ -z "$subs" ] || grep -qx -- "$sub" <<<"$subs" || { echo "proviso $tool $sub: no such sub-command"; failed=1; }
  done < <(cd "$PROVISO_SOURCE" && grep -rhoE "(['\`]|^\\$ |^    |\\.Ql )proviso [a-z][a-z-]*( [a-z][a-z-]*)?" man lib tools README.md CONTRIBUTING.md scripts |
    sed "s/^.*proviso //" | sort -u)
  [ "$failed" -eq 0 ]
}
