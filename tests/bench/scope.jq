# The rules of scope-check for the default policy under reg-2026-1881, as a jq filter: what the bench holds scope-check against.
# Run as: jq -c -f scope.jq items.ndjson
def union: ["EU","AT","BE","BG","CY","CZ","DE","DK","EE","ES","FI","FR","GR","HR","HU","IE","IT","LT","LU","LV","MT","NL","PL","PT","RO","SE","SI","SK"];
select((.id | type) == "string" and (.id | length) > 0 and (.id | length) <= 256)
| select((.scope or .hash or .match or .retain or .error) | not)
| select(.service == "chat")
| select(.region as $region | union | index($region) != null)
| select(.e2ee != true)
| select(.content.kind == "image")
| select((.content.path | type) == "string")
| .scope = {at: "2026-11-24T10:00:00Z", content: ["image"], decision: "in", mode: "rehearsal", technologies: ["known-digests", "known-pdq"]}
