#!/usr/bin/env bats
# The map of CONTRIBUTING.md: the files that it names exist, and are the ones that each change takes.

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
}

map() {
  sed -n '/^## The map/,/^## [^T]/p' "$PROVISO_SOURCE/CONTRIBUTING.md"
}

row() {  # WORDS: the row that begins with them
  map | grep -F "| $1 |"
}

paths() {  # of the text on standard input: what stands in backticks and is a path; NAME, ID and the like are any name
  # shellcheck disable=SC2016 # Markdown's code marks
  grep -oE '`[^`]+`' | tr -d '`' | grep -E '/|^[A-Z]+\.md$' | grep -vE '^[-<]|[ |()]' | sed -E 's/\b[A-Z]{2,}\b(\.md)?/*\1/g; s/^\*\.md$/CONTRIBUTING.md/'
}

files_of() {  # WORDS: the files of a row, no directories and no patterns
  row "$1" | paths | while read -r path; do [ ! -f "$PROVISO_SOURCE/$path" ] || echo "$PROVISO_SOURCE/$path"; done
}

each_has() {  # WORDS OF A ROW; on standard input: what each of its files must have
  failed=0
  while read -r word; do
    for file in $(files_of "$1"); do
      grep -qwF -- "$word" "$file" || { echo "$file: no $word"; failed=1; }
    done
  done
  [ "$failed" -eq 0 ]
}

@test "every path that the map names exists" {
  failed=0
  map | paths >named
  [ "$(wc -l <named)" -gt 40 ]
  while read -r path; do
    compgen -G "$PROVISO_SOURCE/$path" >/dev/null || { echo "no $path"; failed=1; }
  done <named
  [ "$failed" -eq 0 ]
}

@test "each format of hash lists is in each file of its row" {
  failed=0
  for format in $(proviso policy schema | jq -r '.. | objects | .format? | objects | .enum? | arrays | .[] | strings | select(. != "")'); do
    for file in $(files_of "add a hash-list format"); do
      grep -qE "(\b|_)${format//-/[-_]}(\b|_)" "$file" || { echo "$file: no $format"; failed=1; }
    done
  done
  [ -n "$format" ]
  [ "$failed" -eq 0 ]
}

@test "each rule of law is in each file of its row" {
  grep -oE '[A-Z]{2}-[0-9]{2}' "$PROVISO_SOURCE/lib/law/rule_ids.h" >ids
  [ "$(wc -l <ids)" -eq 74 ]
  each_has "add a rule of law" <ids
}

@test "each option of match is in each file of its row" {
  "$PROVISO_LIBEXEC/match" --help | sed -n '/^Options:/,$s/^  --\([a-z-]*\).*/\1/p' >options
  [ "$(wc -l <options)" -ge 7 ]
  each_has "add an option to \`match\`" <options
}

@test "each kind of figure is in each file of its row" {
  sed -n 's/^ *{"\([a-z-]*\)", QueryKind::.*/\1/p' "$PROVISO_SOURCE/lib/report/form.cc" >kinds
  [ "$(wc -l <kinds)" -ge 15 ]
  failed=0
  while read -r kind; do
    for file in $(files_of "add a figure to the yearly report"); do
      name=${kind//-/_}
      [ "$kind" = text ] || grep -qE "kind: $kind\b|\"$kind\"|QueryKind::$name\b|^ *$name," "$file" || { echo "$file: no $kind"; failed=1; }
    done
  done <kinds
  [ "$failed" -eq 0 ]
}

@test "the database of cases is named where its row says, and nowhere else in the library and the tools" {
  for file in lib/vault/case_database.cc tests/unit/vault/database_place.h; do
    grep -q SqliteCaseDatabase "$PROVISO_SOURCE/$file"
    files_of "put the case store on another database" | grep -qF "$file"
  done
  run grep -rlE "SqliteCaseDatabase|sqlite::" "$PROVISO_SOURCE"/lib/vault "$PROVISO_SOURCE"/lib/review "$PROVISO_SOURCE"/lib/report "$PROVISO_SOURCE"/lib/stage "$PROVISO_SOURCE"/tools
  while read -r file; do
    case $file in
      */lib/vault/sqlite_case_database/* | */lib/vault/case_database.cc) ;;
      *) echo "$file names SQLite"; return 1 ;;
    esac
  done <<<"$output"
}
