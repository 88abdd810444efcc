// Instruments: the law as data. Five are built in (instruments/*.yaml, compiled into the program);
// a file of the same form can be loaded.
//
// An instrument says which conditions apply. The gate opens on a day only under a text that was law
// on that day. Texts of `also` add conditions and lower ceilings; they do not change dates.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/content_kind.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"

namespace proviso::law {

enum class Severity { error, warning, information };
enum class Status { in_force, never_adopted };
// What a text says of one kind of content.
enum class ContentRule { allowed, forbidden, derived_indicators_only };
enum class ReviewScope { none, new_and_solicitation, all };
enum class Binding { none, recital, article };  // recital: a warning, article: a condition

struct Rule {
  std::string id;         // "SC-04"
  std::string sentence;   // plain words
  std::string citation;   // "Regulation (EU) 2026/1881 Art. 1(2)"
  std::string parameter;  // may be empty
  Severity severity = Severity::error;
  bool verified = false;
  bool applies = false;     // false: this text has no such rule
  std::string checked_by;   // tool, or empty
  std::string attested_by;  // role whose attestation answers for it, or empty
};

// A refusal. Each tool prints its rule id and citation.
struct Refusal {
  std::string rule;
  std::string citation;
  std::string message;  // plain words
  std::string instrument;
};

struct Window {
  base::Date from, to;  // both inclusive, UTC days
};

struct Instrument {
  std::string id, title;
  Status status = Status::in_force;
  std::vector<Window> windows;  // never adopted: the dates of its text, rehearsal only
  std::map<base::ContentKind, ContentRule> content;  // all seven kinds
  bool solicitation = true;
  Binding e2ee = Binding::none;
  Binding professional_secrecy = Binding::none;
  bool number_independent_only = true;
  bool dpia = true, consultation = true;
  std::optional<base::Date> in_use_before;        // only technologies in use before that day
  std::optional<base::Date> new_technology_from;  // not used by any provider before: new
  ReviewScope review_before_report = ReviewScope::new_and_solicitation;
  std::optional<base::Period> retention_max;  // from identification
  bool unconfirmed_storage = true;            // false: suspected is only the wait for review
  std::optional<base::Period> pending_review_max;
  std::vector<std::string> storage_purposes;  // words of kStoragePurposes (storage_purpose.h)
  bool public_register = false;               // recipients only from the public register
  bool user_information = true, redress = true, gdpr_ground = true, oversight = true;
  std::vector<Rule> rules;  // in the order of kRuleIds (rule_ids.h)
  std::string text;         // the bytes that were read
  std::string digest;       // their SHA-256, hex

  const Rule& rule(std::string_view id) const;  // Error(software) for an unknown id
  bool in_window(base::Date) const;
};

const std::vector<std::string_view>& built_in_ids();
// A built-in id, or the path of an instrument file. Throws base::Error(config).
Instrument load(std::string_view id_or_path);
// Parses instrument YAML. Throws base::Error(config) with every finding.
Instrument parse(std::string_view text, std::string_view name);

// The base instrument with the stricter texts of `also`.
class Resolved {
 public:
  Resolved(Instrument base, std::vector<Instrument> also, bool rehearsal);

  const Instrument& base() const { return base_; }
  const std::vector<Instrument>& also() const { return also_; }
  std::vector<const Instrument*> all() const;
  bool rehearsal() const { return rehearsal_; }

  // Refuses a day on which the base was not law (SC-12). A text that was never adopted is accepted
  // in rehearsal only.
  std::optional<Refusal> date_refusal(base::Instant) const;
  // Refuses a kind of content by the first text that forbids it (SC-04, SC-05, SC-06).
  std::optional<Refusal> content_refusal(base::ContentKind, bool has_derived_indicators) const;
  std::optional<Refusal> class_refusal(base::MaterialClass) const;  // SC-03
  std::optional<Refusal> e2ee_refusal() const;  // SC-07, when an article forbids it
  // Refuses a party protected by professional secrecy (HU-05). `undetermined` is refused only if
  // the text makes secrecy a condition.
  std::optional<Refusal> secrecy_refusal(bool is_protected, bool undetermined) const;
  std::optional<Refusal> service_refusal(std::string_view service_kind) const;  // SC-01
  bool dpia_required() const;
  bool consultation_required() const;
  // Refuses a hit that a person must confirm before it leaves (HU-02, HU-03).
  // `previously_identified` is for class known.
  std::optional<Refusal> review_refusal(base::MaterialClass, bool previously_identified,
                                        bool reviewed) const;  // HU-02/03
  std::optional<base::Period> retention_max() const;           // the shortest of all
  std::optional<base::Period> pending_review_max() const;
  bool unconfirmed_storage() const;                   // AND
  std::vector<std::string> storage_purposes() const;  // intersection
  bool public_register() const;                       // OR
  // The earliest end: add(identified_at, shortest ceiling). pending_review_max applies only to a
  // case that is not confirmed.
  std::optional<base::Instant> ceiling(base::Instant identified_at, bool confirmed) const;
  // A refusal by rule `id` of the first text in which it applies, else of the base. `detail`
  // follows the rule's sentence.
  Refusal refusal(std::string_view id, std::string_view detail) const;
  // The rules that apply, have severity error and must be attested by a person.
  std::vector<const Rule*> attested_rules() const;
  // One line with the number of conditions whose text was not read in the act itself; nullopt if
  // there are none.
  std::optional<std::string> unverified_note() const;

 private:
  Instrument base_;
  std::vector<Instrument> also_;
  bool rehearsal_;
};

}  // namespace proviso::law
