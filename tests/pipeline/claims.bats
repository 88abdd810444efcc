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

source_text() {  # lib and tools on one line: no comment lines, adjacent literals joined as the compiler joins them
  find "$PROVISO_SOURCE/lib" "$PROVISO_SOURCE/tools" \( -name '*.cc' -o -name '*.h' \) -exec sed 's|^ *//.*||' {} + |
    tr -s ' \n' ' ' | sed 's/\([^\\]\)" "/\1/g'
}

diagnostics() {  # PAGE: what its DIAGNOSTICS explain, a message a line
  sed -n '/^\.Sh DIAGNOSTICS/,/^\.Sh [^D]/s/^\.It \(Li \)*//p' "$1" | sed 's/ , /\n/g; s/ Pq /\n/g'
}

pattern_of() {  # MESSAGE: what differs from run to run, words in capitals and dots, may be one or two words in the source
  sed -E 's/[][\\.*^$+?(){}|]/\\&/g; s/\\\.\\\.\\\./~/g; s/\b[A-Z]+\b(:[A-Z]+)*/~/g; s/^(~: )+//; s/~/[^" ]*( [^" ]*)?/g' <<<"$1"
}

is_said() {  # MESSAGE: a word is a whole string of the source; a message is in one, perhaps after the place or tool that it names
  if [[ $1 =~ ^[a-z_]+$|^[A-Z]{2}-[0-9]{2}$ ]]; then grep -qF "\"$1\"" source; return; fi
  local words
  words=$(pattern_of "$1" | sed -E 's/^([a-z]+: )(.*)/(\1)?\2/')
  grep -qE "[^a-z]${words}[^a-z]" source
}

@test "each message that the manual explains is in the source" {
  source_text >source
  ! is_said "it is not the message that was written" || return 1
  ! is_said "no_such_word" || return 1
  failed=0
  count=0
  for page in "$PROVISO_SOURCE"/man/*.[157]; do
    while read -r message; do
      count=$((count + 1))
      is_said "$message" || { echo "$(basename "$page"): no message: $message"; failed=1; }
    done < <(diagnostics "$page")
  done
  [ "$count" -gt 50 ]
  [ "$failed" -eq 0 ]
}

@test "proviso-vault(5) names each rule that decides the end of a case" {
  sed -n '/kExpiryRules{/,/}};/s/.*ExpiryRule::[a-z]*, "\([^"]*\)".*/\1/p' "$PROVISO_SOURCE/lib/vault/case_row.h" >rules
  [ "$(wc -l <rules)" -ge 4 ]
  sed -n '/^\.Ss Clock/,/^\.Ss Plain/p' "$PROVISO_SOURCE/man/proviso-vault.5" >clock
  while read -r rule; do
    grep -qE "^\.Li (.* , )?$rule( ,|$)" clock
  done <rules
}
