# The rules of scope-check for the workplace's policy under reg-2026-1881, as a jq filter: what the bench holds scope-check against.
# The same members are checked for type, the same items are refused; counting and sealing are left out. Run as: jq -c -f scope.jq
def union: {"EU":1,"AT":1,"BE":1,"BG":1,"CY":1,"CZ":1,"DE":1,"DK":1,"EE":1,"ES":1,"FI":1,"FR":1,"GR":1,"HR":1,"HU":1,"IE":1,"IT":1,"LT":1,"LU":1,"LV":1,"MT":1,"NL":1,"PL":1,"PT":1,"RO":1,"SE":1,"SI":1,"SK":1};
def absent_or($type): . == null or type == $type;
def instant: test("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$");
def secrecy_word: . == null or . == "none" or . == "protected";
select((.id | type) == "string" and (.id | length) > 0 and (.id | length) <= 256)
| select((has("scope") or has("hash") or has("match") or has("retain") or has("error")) | not)
| select((.account | type) == "string" and (.account | length) > 0)
| select((.role | absent_or("string")) and (.e2ee | absent_or("boolean")) and (.scores | absent_or("object")))
| select(.sent_at == null or (.sent_at | instant))
| select((.content | type) == "object" and (.content.mime | absent_or("string")) and (.content.evidence | absent_or("string")))
| select(.content.bytes == null or ((.content.bytes | type) == "number" and .content.bytes >= 0 and (.content.bytes | floor) == .content.bytes))
| select((.secrecy | secrecy_word) and all(.counterparts[]?; (.secrecy | secrecy_word)))
| select(.service == "chat")
| select(union[.region] == 1)
| select(.e2ee != true)
| select(.secrecy != "protected" and all(.counterparts[]?; .secrecy != "protected"))
| select(.content.kind == "image" and (has("indicators") | not))
| select((.content.path | type) == "string")
| .scope = {at: "2026-11-24T10:00:00Z", content: ["image"], decision: "admitted", gate: "9e528bb7f3e7dafbe04714ccaf4c9e9b510b13484f27d6532ac46d73a61c8499", mode: "rehearsal", run: "e4a564ba588c9253a19c26ca67fd4bc0", technologies: ["known-digests", "known-pdq"]}
