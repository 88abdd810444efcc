// Findings as bytes between worker and decoder: numbers in host order, one after the other, each
// list after its count. The reader is for bytes of an enemy: it believes no count, and takes
// nothing that a worker in its right mind would not say.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "media/findings.h"

namespace proviso::media {

std::vector<std::byte> write_findings(const Findings&);
// nullopt: not well formed, or out of `limits` or of what was wanted.
std::optional<Findings> read_findings(std::span<const std::byte>, const Limits&, const Wanted&);

}  // namespace proviso::media
