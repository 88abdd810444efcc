// The documents that a ledger keeps: configuration that entries name by the SHA-256 of its bytes,
// which is also the file's name.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace proviso::ledger {

constexpr std::string_view kChangedDocument =
    "the document's digest is not its name: it was changed";

// Where a ledger's documents are.
std::filesystem::path documents_of(const std::filesystem::path& ledger);

// The bytes of a document; nullopt when they do not have the digest that is its name, or when it is
// a link or anything else but a file. Error(no_input) when it is gone, (no_permission), (io).
std::optional<std::string> read_document(const std::filesystem::path&);

}  // namespace proviso::ledger
