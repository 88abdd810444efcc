// What a case may be stored for: Art. 3(1)(h)(i) to (v). An instrument allows all of them or some.
#pragma once

#include <array>
#include <string_view>

#include "base/words.h"

namespace proviso::law {

enum class StoragePurpose { reporting, blocking, hash, redress, authority_requests };

constexpr std::array<base::Word<StoragePurpose>, 5> kStoragePurposes{
    {{StoragePurpose::reporting, "reporting"},
     {StoragePurpose::blocking, "blocking"},
     {StoragePurpose::hash, "hash"},
     {StoragePurpose::redress, "redress"},
     {StoragePurpose::authority_requests, "authority-requests"}}};

constexpr std::string_view to_string(StoragePurpose purpose) {
  return base::word_of(kStoragePurposes, purpose);
}

}  // namespace proviso::law
