# Loaded by every case: a copy of the prepared workplace, as the working directory, on the rehearsal clock.
# shellcheck shell=bash

setup() {
  : "${PROVISO_TEMPLATE:?is set by ctest: run these with ctest -R pipeline}"
  work=$(mktemp -d)
  cp -a "$PROVISO_TEMPLATE/." "$work/"
  cd "$work" || return 1
  export PROVISO_NOW=2026-11-24T10:00:00Z PROVISO_POLICY=$work/policy.yaml
}

teardown() {
  cd /
  rm -rf "$work"
}

never() {  # COMMAND...: fails when the command succeeds; "!" before a command fails no case
  if "$@"; then return 1; fi
}

without_reader() {  # COMMAND...: its standard output is a pipe whose reader went away before it began
  local pipe
  pipe=$(mktemp -u -p .)
  mkfifo "$pipe"
  exec 8<>"$pipe"   # a reader, or the next line would wait for one
  exec 9>"$pipe" 8>&-
  rm "$pipe"
  "$@" >&9 9>&-
}

item() {  # ID KIND PATH [jq]: one item line
  jq -cn --arg id "$1" --arg kind "$2" --arg path "$3" --arg now "$PROVISO_NOW" \
    '{id: $id, service: "chat", account: "account-1", region: "DE", role: "sending", sent_at: $now, e2ee: false, secrecy: "none",
      content: {kind: $kind, path: $path}} | '"${4:-.}"
}

many_items() {  # N: so many items m-0, m-1 and so on; of eight in a row the second, fourth, sixth and eighth are refused
  awk -v n="$1" 'BEGIN {
    for (i = 0; i < n; i++)
      printf "{\"id\":\"m-%d\",\"service\":\"chat\",\"account\":\"a-%d\",\"region\":\"%s\",\"role\":\"sending\",\"sent_at\":\"2026-11-24T09:59:00Z\",\"e2ee\":%s,\"secrecy\":\"none\",\"content\":{\"kind\":\"%s\",\"path\":\"m-%d.jpg\",\"bytes\":12345}}\n",
        i, i % 1000, (i % 8 == 1 ? "US" : "DE"), (i % 8 == 3 ? "true" : "false"), (i % 8 == 5 ? "audio" : i % 8 == 7 ? "text" : "image"), i
  }'
}

stream() {  # the four stages over standard input
  proviso scope-check --quiet | proviso hash --quiet | proviso match --quiet | proviso retain --quiet
}

cases() {  # ids of all cases, earliest end first
  proviso review list --format ndjson | jq -r .case
}

run_of() {  # FILE of scoped records: the run's id
  jq -r 'select(.scope) | .scope.run' "$1" | head -n 1
}

not_sanitized() {  # the cases under strace: the leak detector traces the process itself, and both cannot; and with a preloaded library
  [ -z "${PROVISO_SANITIZED:-}" ] || skip "the sanitizers trace the process themselves, and must be loaded first"
}
