// The mode of a policy, and of the ledger, vault, records and reports that are made under it.
#pragma once

#include <array>
#include <string_view>

#include "base/words.h"

namespace proviso::base {

enum class Mode { production, rehearsal };

constexpr std::array<Word<Mode>, 2> kModes{
    {{Mode::production, "production"}, {Mode::rehearsal, "rehearsal"}}};

constexpr std::string_view to_string(Mode mode) { return word_of(kModes, mode); }

// Of what keeps its mode as the flag `rehearsal`.
constexpr Mode mode_of(bool rehearsal) { return rehearsal ? Mode::rehearsal : Mode::production; }
constexpr std::string_view mode_word(bool rehearsal) { return to_string(mode_of(rehearsal)); }

}  // namespace proviso::base
