#include "stage/match/hash_reading.h"

#include <fmt/core.h>

#include "base/bytes.h"
#include "ndjson/elements.h"

namespace proviso::stage {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

// Throws the item's error; read_hash() turns it into a result.
[[noreturn]] void bad(std::string_view field) {
  throw base::ItemError{
      "bad_record", fmt::format("field hash.{}: not what hash writes", field), false, {}, {}};
}

std::optional<std::string_view> text(const object& in, std::string_view name) {
  element found;
  if (in[name].get(found) != simdjson::SUCCESS) return std::nullopt;
  std::string_view value;
  if (found.get(value) != simdjson::SUCCESS) bad(name);
  return value;
}

std::optional<std::uint64_t> number(const object& in, std::string_view name) {
  element found;
  if (in[name].get(found) != simdjson::SUCCESS) return std::nullopt;
  std::uint64_t value = 0;
  if (found.get(value) != simdjson::SUCCESS) bad(name);
  return value;
}

pdq::Hash hash_of(std::string_view hex, std::string_view name) {
  const auto hash = pdq::from_hex(hex);
  if (!hash) bad(name);
  return *hash;
}

int quality_of(const object& in, std::string_view name) {
  const auto quality = number(in, name);
  if (!quality || *quality > 100) bad(name);
  return static_cast<int>(*quality);
}

void read_picture(const object& in, HashedLeaf& leaf) {
  if (const auto hex = text(in, "pdq"))
    leaf.perceptual.push_back({hash_of(*hex, "pdq"), quality_of(in, "pdq_quality"), {}, {}});
  object eight;
  if (in["pdq_dihedral"].get(eight) == simdjson::SUCCESS) {
    for (const auto& [name, value] : eight) {
      std::string_view hex;
      if (value.get(hex) != simdjson::SUCCESS) bad("pdq_dihedral");
      if (name != pdq::kDihedralNames[0]) {
        leaf.perceptual.push_back(
            {hash_of(hex, "pdq_dihedral"), quality_of(in, "pdq_quality"), std::string(name), {}});
      }
    }
  }
  if (const auto hex = text(in, "pdq_unletterboxed")) {
    leaf.perceptual.push_back({hash_of(*hex, "pdq_unletterboxed"),
                               quality_of(in, "pdq_unletterboxed_quality"),
                               std::string(kUnletterboxed),
                               {}});
  }
  simdjson::dom::array frames;
  if (in["frames"].get(frames) != simdjson::SUCCESS) return;
  for (const element each : frames) {
    object frame;
    if (each.get(frame) != simdjson::SUCCESS) bad("frames");
    const auto hex = text(frame, "pdq");
    const auto at = number(frame, "ms");
    if (!hex || !at) bad("frames");
    leaf.perceptual.push_back({hash_of(*hex, "frames"), quality_of(frame, "pdq_quality"), {}, at});
  }
}

HashedLeaf read_leaf(const object& in) {
  HashedLeaf leaf;
  const auto kind = base::parse_content_kind(text(in, "kind").value_or(""));
  if (!kind) bad("kind");
  leaf.kind = *kind;
  leaf.member = number(in, "index");
  for (const digest::Type type : {digest::Type::md5, digest::Type::sha1, digest::Type::sha256}) {
    const auto hex = text(in, digest::to_string(type));
    if (!hex) continue;
    const auto bytes = base::from_hex(*hex);
    if (!bytes || bytes->size() != digest::size_of(type)) bad(digest::to_string(type));
    leaf.digests.emplace_back(type, std::vector<std::byte>(bytes->begin(), bytes->end()));
  }
  read_picture(in, leaf);
  return leaf;
}

base::ItemError unread_leaf(const object& member) {
  object error;
  if (member["error"].get(error) != simdjson::SUCCESS) bad("members");
  const auto code = text(error, "code");
  return {std::string(code.value_or("decode_failed")),
          fmt::format("member {} was not read: {}", number(member, "index").value_or(0),
                      text(error, "message").value_or("")),
          false,
          {},
          {}};
}

HashedItem read_item(const ndjson::Record& record) {
  object in;
  const auto member = record.find("hash");
  if (!member || member->get(in) != simdjson::SUCCESS) bad("kind");
  HashedItem item;
  simdjson::dom::array members;
  if (in["members"].get(members) != simdjson::SUCCESS) {
    item.leaves.push_back(read_leaf(in));
    return item;
  }
  for (const element each : members) {
    object leaf;
    if (each.get(leaf) != simdjson::SUCCESS) bad("members");
    element error;
    const bool unread = leaf["error"].get(error) == simdjson::SUCCESS;
    if (unread && !item.unread) item.unread = unread_leaf(leaf);
    // One that was digested but could not be decoded can still be a hit.
    if (!unread || text(leaf, "kind")) item.leaves.push_back(read_leaf(leaf));
  }
  return item;
}

}  // namespace

base::Result<HashedItem> read_hash(const ndjson::Record& record) {
  try {
    return read_item(record);
  } catch (const base::ItemError& error) {
    return tl::make_unexpected(error);
  }
}

}  // namespace proviso::stage
