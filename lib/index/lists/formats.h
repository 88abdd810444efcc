// The readers of hash lists, one per format, private to this folder. A reader reads the file's
// bytes and passes what it finds to the feed.
#pragma once

#include <optional>
#include <string_view>

#include "index/lists/byte_stream.h"
#include "index/lists/feed.h"

namespace proviso::index::lists {

void read_hex(ByteStream&, Feed&, HashType declared);
void read_digests(ByteStream&, Feed&, std::optional<HashType> declared);  // md5sum, --tag, rhash
void read_hashdeep(ByteStream&, Feed&);
void read_csv(ByteStream&, Feed&, std::optional<HashType> declared);
void read_ndjson(ByteStream&, Feed&);
void read_vics(ByteStream&, Feed&);
void read_ncmec(ByteStream&, Feed&);
void read_threatexchange(ByteStream&, Feed&);
void read_threatexchange_lines(ByteStream&, Feed&, std::optional<HashType> declared);
void read_nsrl(ByteStream&, Feed&);
void read_nsrl_sqlite(const std::filesystem::path&, Feed&);

// Throws Error(config) with rule and citation: the list was made for another purpose.
[[noreturn]] void refuse_purpose(std::string_view purpose, std::string_view place);

}  // namespace proviso::index::lists
