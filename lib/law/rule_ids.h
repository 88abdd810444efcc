// The ids of the rules that each instrument must have, in order.
#pragma once

#include <array>
#include <string_view>

namespace proviso::law {

inline constexpr auto kRuleIds = std::to_array<std::string_view>(
    {"SC-01", "SC-02", "SC-03", "SC-04", "SC-05", "SC-06", "SC-07", "SC-08", "SC-09", "SC-10",
     "SC-11", "SC-12", "SC-13", "TE-01", "TE-02", "TE-03", "TE-04", "TE-05", "TE-06", "TE-07",
     "TE-08", "TE-09", "TE-10", "DP-01", "DP-02", "DP-03", "DP-04", "DP-05", "DP-06", "DP-07",
     "HU-01", "HU-02", "HU-03", "HU-04", "HU-05", "HU-06", "US-01", "US-02", "US-03", "US-04",
     "US-05", "ST-01", "ST-02", "ST-03", "ST-04", "ST-05", "ST-06", "ST-07", "ST-08", "CR-01",
     "CR-02", "CR-03", "CR-04", "AR-01", "AR-02", "AR-03", "AR-04", "AR-05", "AR-06", "AR-07",
     "AR-08", "AR-09", "AR-10", "AR-11", "AR-12", "PL-01", "PL-02", "PL-03", "MS-01", "MS-02",
     "GO-01", "GO-02", "GO-03", "GO-04"});

}  // namespace proviso::law
