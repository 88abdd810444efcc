// Methods: how a technology finds what it looks for, with its parameters. Each method is a type;
// its members have the defaults of the policy, the constants the ranges. proviso-policy(5) and
// schema/policy.json name the same.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "base/content_kind.h"
#include "policy/hash_type.h"

namespace proviso::policy {

constexpr int kDefaultDistance = 31;      // bits; what PDQ's authors call a match
constexpr int kMaxDistance = 63;          // bits; what the index searches exactly
constexpr int kDefaultQualityFloor = 50;  // of PDQ's quality
constexpr int kMaxQuality = 100;
constexpr int kMaxShare = 100;   // percent
constexpr int kMaxFactors = 64;  // as many as an item may carry
constexpr double kMaxFactorThreshold = 1e9;

// Files that are equal, by their digests.
struct Exact {
  std::set<HashType> digests{HashType::md5, HashType::sha1, HashType::sha256};
};

// Pictures, and single frames of video, that are alike.
struct Pdq {
  int distance = kDefaultDistance;           // bits, 0..kMaxDistance
  int quality_floor = kDefaultQualityFloor;  // 0..kMaxQuality; poorer pictures are not compared
  bool dihedral = false;                     // turned and mirrored pictures are looked up too
  bool unletterbox = false;                  // so are pictures without their flat borders
};

// Videos of which enough frames are alike. The shares are percent, 0..kMaxShare; 0: any frame will
// do. They are not both 0.
struct Vpdq {
  int distance = kDefaultDistance;
  int quality_floor = kDefaultQualityFloor;
  int query_share = 80;  // of the item's frames that must match
  int entry_share = 0;   // of the entry's frames that must be matched
};

// Solicitation by risk factors that were derived from text (Art. 3(1)(f)).
struct Indicators {
  std::map<std::string, double> thresholds{};  // at or over it the factor is there; above 0, at
                                               // most kMaxFactorThreshold
  std::set<std::string> objective{};           // of these one at least must be there
  int minimum = 2;                             // and so many in all
};

// A score of the provider's own detector.
struct External {
  double threshold = 1;  // a score at or over it is a flag; above 0, at most 1
  std::string detector{}, detector_version{};
};

using Method = std::variant<Exact, Pdq, Vpdq, Indicators, External>;

// Each method with its defaults, in the order of Method.
struct MethodRow {
  Method value;
  std::string_view word;
};
const std::array<MethodRow, std::variant_size_v<Method>>& methods();

std::string_view to_string(const Method&);
std::optional<Method> parse_method(std::string_view word);

// True if the method compares with lists.
bool uses_lists(const Method&);
// True if its parameters have no defaults, and the policy must state them.
bool needs_parameters(const Method&);
// True if the method may look at content of that kind.
bool takes_kind(const Method&, base::ContentKind);
// For people: "images and frames of video".
std::string_view what_it_takes(const Method&);

}  // namespace proviso::policy
