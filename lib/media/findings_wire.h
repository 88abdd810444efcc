// Findings as bytes between worker and decoder: numbers in host order, one after the other, each
// list after its count. The reader expects hostile bytes: it checks every count, and refuses
// anything that a correct worker would not write.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "media/findings.h"

namespace proviso::media {

std::vector<std::byte> write_findings(const Findings&);
// nullopt if not well formed, over `limits`, or not among what was wanted.
std::optional<Findings> read_findings(std::span<const std::byte>, const Limits&, const Wanted&);

}  // namespace proviso::media
