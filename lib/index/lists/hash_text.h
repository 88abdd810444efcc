// Reads hashes as lists write them: the names of their types, and their hex.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "index/list.h"

namespace proviso::index::lists {

// Why a line is rejected.
struct Flaw {
  std::string why;
  bool empty_file = false;  // a digest of the empty file: it would match every empty attachment
};

// "MD5", "SHA-1", "sha256", "PDQ", "HASH_SHA1", "video_md5", ...; never vpdq.
std::optional<HashType> type_named(std::string_view);
// A known kind of fingerprint that nothing here can match: "PhotoDNA" -> "photodna". nullopt for an
// unknown word.
std::optional<std::string_view> unmatchable_named(std::string_view);

// Adds one hash to the entry, unless it has a flaw. The same hash twice counts once; two different
// hashes of a type are a flaw.
std::optional<Flaw> add_hash(ListEntry&, HashType, std::string_view hex);
std::optional<Flaw> add_frame(ListEntry&, std::string_view hex);

}  // namespace proviso::index::lists
