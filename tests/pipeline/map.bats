#!/usr/bin/env bats
# The map of CONTRIBUTING.md: the files that it names exist, and are the ones that each change takes. What is there already shows
# which those are: a format, a rule, a figure, an option and a database are named in the files of their row and in no others.

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
}

map() {
  sed -n '/^## The map/,/^## [^T]/p' "$PROVISO_SOURCE/CONTRIBUTING.md"
}

row() {  # WORDS: the row that begins with them
  map | grep -F "| $1 |"
}

paths() {  # of the text on standard input: the words in backticks that are a path; NAME, ID and ROOM are any name
  # shellcheck disable=SC2016 # Markdown's code marks
  grep -oE '`[^`]+`' | tr -d '`' | grep -E '/|^[A-Z]+\.md$' | grep -vE '^[-<]|[ |()]' | sed -E 's/\b(NAME|ID|ROOM)\b/*/g'
}

files_of() {  # WORDS: the files of a row that name each such thing, which are those before its first semicolon
  row "$1" | cut -d';' -f1 | paths | sort -u | sed "s|^|$PROVISO_SOURCE/|"
}

each_has() {  # WORDS OF A ROW; on standard input: what each of its files must have
  sort -u >wanted
  [ -s wanted ]
  failed=0
  for file in $(files_of "$1"); do
    grep -owF -f wanted "$file" | sort -u | comm -23 wanted - >missing
    [ ! -s missing ] || { echo "$file: no $(tr '\n' ' ' <missing)"; failed=1; }
  done
  [ "$failed" -eq 0 ]
}

naming() {  # PATTERN...: the files of the tree that name one of these; not this one, no stored ledgers, of stored answers the yearly report
  local pattern
  local -a patterns=()
  for pattern in "$@"; do patterns+=(-e "$pattern"); done
  (cd "$PROVISO_SOURCE" && grep -rlIE "${patterns[@]}" lib tools man tests scripts README.md) |
    grep -vE '^tests/data/(ledger/|fixtures/.*/answers/[^/]*$)|^tests/pipeline/map\.bats$' || true
  (cd "$PROVISO_SOURCE" && grep -lE "${patterns[@]}" tests/data/fixtures/*/answers/annual.*) || true
}

only_there() {  # WORDS OF A ROW [EXCEPTION...]; on standard input: files. Each is one that the row names, is in a directory that it
  # names, or is an exception (a file, or a directory with its slash)
  local file place found strays=0 files=0
  row "$1" | paths >places
  printf '%s\n' "${@:2}" >>places
  while read -r file; do
    files=$((files + 1))
    found=no
    while read -r place; do
      if [[ -n $place && ($file == "$place" || ($place == */ && $file == "$place"*)) ]]; then found=yes; break; fi
    done <places
    [ "$found" = yes ] || { echo "$file is not in the row '$1'"; strays=1; }
  done
  [ "$files" -gt 0 ] && [ "$strays" -eq 0 ]
}

rule_ids() { grep -oE '[A-Z]{2}-[0-9]{2}' "$PROVISO_SOURCE/lib/law/rule_ids.h"; }

@test "every path that the map names exists" {
  failed=0
  map | paths >named
  [ "$(wc -l <named)" -gt 40 ]
  while read -r path; do
    compgen -G "$PROVISO_SOURCE/$path" >/dev/null || { echo "no $path"; failed=1; }
  done <named
  [ "$failed" -eq 0 ]
}

@test "a file that no row names is a stray" {
  echo lib/law/rule_ids.h >named
  only_there "add a rule of law" <named
  echo lib/gate/deep/er.cc >>named
  only_there "add a rule of law" <named
  echo lib/law/other.h >>named
  run only_there "add a rule of law" <named
  [ "$status" -ne 0 ]
  [[ "$output" == *"lib/law/other.h is not in the row"* ]]
  only_there "add a rule of law" lib/law/other.h <named
  run only_there "add a rule of law" </dev/null
  [ "$status" -ne 0 ]
}

@test "each format of hash lists is in each file of its row" {
  formats >words
  [ -s words ]
  failed=0
  while read -r format; do
    for file in $(files_of "add a hash-list format"); do
      grep -qE "(\b|_)${format//-/[-_]}(\b|_)" "$file" || { echo "$file: no $format"; failed=1; }
    done
  done <words
  [ "$failed" -eq 0 ]
}

formats() { sed -n '/kListFormats{/,/}};/s/.*{ListFormat::[a-z_]*, "\([a-z-]*\)".*/\1/p' "$PROVISO_SOURCE/lib/policy/list.h"; }

# The words csv, digests, hashdeep, hex and ndjson are also forms of answers, and ncmec is an organisation: in code the enumeration
# finds them too.
@test "no other file names a format of hash lists" {
  formats | grep -vxE 'csv|digests|hashdeep|hex|ncmec|ndjson' | sed -E 's/-/[-_]/g; s/.*/(\\b|_)&(\\b|_)/' >patterns
  [ "$(wc -l <patterns)" -ge 5 ]
  mapfile -t patterns <patterns
  naming "ListFormat::" "${patterns[@]}" | only_there "add a hash-list format"
}

@test "each rule of law is in each file of its row" {
  rule_ids | each_has "add a rule of law"
  for size in minItems maxItems; do
    [ "$(jq ".properties.rules.$size" "$PROVISO_SOURCE/lib/law/schema/instrument.json")" -eq "$(rule_ids | wc -l)" ]
  done
}

# What enforces a rule names it, wherever that is, so these are the rules that nothing enforces. Tests of the data are no enforcement.
@test "no other file names a rule of law that nothing checks" {
  sed -n '/^## What nothing checks yet/,/^## W[^h]\|^## Which/s/^| \([A-Z][A-Z]-[0-9][0-9]\) |.*/\1/p' "$PROVISO_SOURCE/lib/law/README.md" >ids
  [ "$(wc -l <ids)" -ge 3 ]
  mapfile -t ids <ids
  naming "${ids[@]}" | only_there "add a rule of law" tests/unit/law/
}

@test "no file but the one of the ids and its schema says how many rules there are" {
  run naming "\\b$(rule_ids | wc -l) (rules|ids|of)\\b" "\\b(all|the) $(rule_ids | wc -l)\\b" "(rules|Rules|Ids)[^ ]* ?== ?$(rule_ids | wc -l)\\b"
  [ -z "$output" ] || { echo "$output"; return 1; }
}

own_options() {  # those of match that no other tool has
  options_of match | while read -r option; do
    for tool in "$PROVISO_LIBEXEC"/*; do
      case ${tool##*/} in match | decode-worker) continue ;; esac
      if options_of "${tool##*/}" | grep -qxe "$option"; then continue 2; fi
    done
    echo "$option"
  done
}

options_of() {  # TOOL
  "$PROVISO_LIBEXEC/$1" --help | sed -n '/^Options:/,$s/^  --\([a-z-]*\).*/\1/p'
}

@test "each option of match is in each file of its row" {
  options_of match >options
  [ "$(wc -l <options)" -ge 7 ]
  each_has "add an option to \`match\`" <options
}

# proviso-retain(1) says which option of match retain needs; make-entries runs match.
@test "no other file names an option that match alone has" {
  own_options | sed 's/.*/(--|Fl -)&\\b/' >patterns
  [ "$(wc -l <patterns)" -ge 5 ]
  mapfile -t patterns <patterns
  naming "${patterns[@]}" | only_there "add an option to \`match\`" man/proviso-retain.1
}

figures() {
  sed -n 's/^ *- {id: "\([^"]*\)".*/\1/p' "$PROVISO_SOURCE/lib/report/forms/impl-reg-2024-2916.yaml"
}

@test "each figure is in each file of its row" {
  figures | each_has "add a figure to the yearly report"
}

# An id without a letter is also a number of something else. The exceptions cite single figures.
@test "no other file names a figure of the yearly report" {
  figures | grep '[A-Z]' | sed -E 's/\./\\./g; s/.*/(^|[^0-9A-Za-z.])&([^0-9A-Za-z.]|$)/' >patterns
  [ "$(wc -l <patterns)" -ge 100 ]
  mapfile -t patterns <patterns
  naming "${patterns[@]}" | only_there "add a figure to the yearly report" \
    lib/index/quality.h lib/law/README.md lib/law/instruments/ man/proviso-index.1 man/proviso-lists.5 man/proviso-report.1 tests/pipeline/review.bats
}

@test "no file says how many figures there are" {
  run naming "\\b$(figures | wc -l) rows\\b" "rows[^ ]* ?== ?$(figures | wc -l)\\b" "\\b(all|the) $(figures | wc -l)\\b"
  # A rule's parameter is what the Annex has.
  while read -r file; do
    case $file in lib/law/instruments/* | "") ;; *) echo "$file says it"; return 1 ;; esac
  done <<<"$output"
}

@test "each kind of figure is in the files of its row that are for kinds, and in no others" {
  sed -n 's/^ *{"\([a-z-]*\)", QueryKind::.*/\1/p' "$PROVISO_SOURCE/lib/report/form.cc" >kinds
  [ "$(wc -l <kinds)" -ge 15 ]
  failed=0
  while read -r kind; do
    name=${kind//-/_}
    for file in lib/report/form.h lib/report/form.cc lib/report/figures.cc; do
      row "add a figure to the yearly report" | paths | grep -qx "$file"
      [ "$kind" = text ] ||
        grep -qE "\"$kind\"|QueryKind::$name\b|^ *$name," "$PROVISO_SOURCE/$file" || { echo "$file: no $kind"; failed=1; }
    done
  done <kinds
  [ "$failed" -eq 0 ]
  naming QueryKind | only_there "add a figure to the yearly report"
}

# What only SQLite's side can show has tests of its own.
@test "the database of cases is named in the files of its row, and nowhere else" {
  for file in lib/vault/case_database.cc tests/unit/vault/database_place.h; do
    grep -q SqliteCaseDatabase "$PROVISO_SOURCE/$file"
    row "put the case store on another database" | paths | grep -qxF "$file"
  done
  naming SqliteCaseDatabase sqlite_case_database |
    only_there "put the case store on another database" lib/vault/sqlite_case_database/ \
      tests/unit/vault/sqlite_case_database_test.cc tests/unit/vault/purge_test.cc
  (cd "$PROVISO_SOURCE" && grep -rlE 'sqlite::' lib/vault lib/review lib/report lib/stage tools) |
    only_there "put the case store on another database"
}

@test "who opens or creates a vault is named in the row of the database" {
  (cd "$PROVISO_SOURCE" && grep -rlE '\b(open|create)_case_database\(|CaseStore::(open|create|is_rehearsal)\(' lib tools) >callers
  [ "$(wc -l <callers)" -ge 5 ]
  only_there "put the case store on another database" <callers
}
