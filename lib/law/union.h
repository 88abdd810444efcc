// The territory of the European Union and of the European Economic Area. Regions of services and
// countries of recipients are ISO 3166-1 alpha-2 codes, or "EU" for the whole Union.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace proviso::law {

// The 27, sorted. Greece is GR in ISO 3166 and EL in the Union's own texts.
constexpr std::array<std::string_view, 27> kMemberStates{
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"};

// States of the European Economic Area outside the Union, sorted. Regulation (EU) 2016/679 applies
// there too.
constexpr std::array<std::string_view, 3> kOtherEeaStates{"IS", "LI", "NO"};

// A part of the Union that has its own code in ISO 3166-1.
struct Territory {
  std::string_view code, state;
};

// Outermost regions (Art. 349 TFEU; the Azores, Madeira and the Canary Islands have no code of
// their own) and Aaland (Protocol No 2 to the Act of Accession of Finland).
constexpr std::array<Territory, 7> kTerritories{{{"AX", "FI"},
                                                 {"GF", "FR"},
                                                 {"GP", "FR"},
                                                 {"MF", "FR"},
                                                 {"MQ", "FR"},
                                                 {"RE", "FR"},
                                                 {"YT", "FR"}}};

// A code that is often written instead of the one in ISO 3166-1.
struct OtherSpelling {
  std::string_view written, code;
};
constexpr std::array<OtherSpelling, 2> kOtherSpellings{{{"EL", "GR"}, {"UK", "GB"}}};

// True if `text` has the form of a region: two capital letters. Such a code need not exist.
bool is_region_code(std::string_view text);

// Why a policy cannot have `text` as a region or country, and what to write instead: "'UK' is not
// ..., write GB". nullopt: it can.
std::optional<std::string> region_flaw(std::string_view text);

// True for "EU", the Member States and their territories with codes of their own.
bool is_in_union(std::string_view region);

// The same, and IS, LI and NO.
bool is_in_eea(std::string_view region);

}  // namespace proviso::law
