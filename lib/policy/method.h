// Methods: how a technology finds what it looks for, with its parameters. Each method is a struct
// whose members have the policy's defaults; the constants are the ranges. proviso-policy(5) and
// schema/policy.json must agree (tests/unit/policy/method_test.cc).
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

// Finds identical files by their digests.
struct Exact {
  std::set<HashType> digests{HashType::md5, HashType::sha1, HashType::sha256};
};

// Finds similar pictures and single frames of video.
struct Pdq {
  int distance = kDefaultDistance;           // bits, 0..kMaxDistance
  int quality_floor = kDefaultQualityFloor;  // 0..kMaxQuality; poorer pictures are not compared
  bool dihedral = false;                     // turned and mirrored pictures are looked up too
  bool unletterbox = false;                  // so are pictures without their flat borders
};

// Finds videos with enough similar frames. The shares are percent, 0..kMaxShare; 0 means any frame.
// They are not both 0.
struct Vpdq {
  int distance = kDefaultDistance;
  int quality_floor = kDefaultQualityFloor;
  int query_share = 80;  // of the item's frames that must match
  int entry_share = 0;   // of the entry's frames that must be matched
};

// Finds solicitation by risk factors that were derived from text (Art. 3(1)(f)).
struct Indicators {
  std::map<std::string, double> thresholds{};  // the factor is present from this value on; above 0,
                                               // at most kMaxFactorThreshold
  std::set<std::string> objective{};           // at least one of these must be present
  int minimum = 2;                             // the number of factors that must be present
};

// Takes the score of the provider's own detector.
struct External {
  double threshold = 1;  // an item is flagged from this score on; above 0, at most 1
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
