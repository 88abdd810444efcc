#include "setup/policy_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/mode.h"
#include "policy/method.h"

namespace proviso::setup {
namespace {

// policy_text() fills in the names in braces.
constexpr std::string_view kPolicy =
    R"yaml(# The provider's whole configuration: proviso-policy(5). `proviso policy check` says what is wrong with it, with line and column.
proviso: 1
mode: {mode}                    # production, or rehearsal: a set clock, texts that never became law, everything marked REHEARSAL

provider:
  name: "{provider}"
  establishment: IE                # member state of the main establishment
  contact: "abuse@example.org"
  supervisory_authority: "the competent data protection authority"
  dpo: "dpo@example.org"

instrument: {instrument}        # the law; `proviso law list` shows all
also: [{also}]                          # stricter texts to comply with, e.g. libe-2020: they add conditions, never dates

services:
  - name: chat
    kind: number-independent       # Directive (EU) 2018/1972 Art. 2(7); nothing else may be scanned
    regions: [EU]                  # ISO 3166 codes, or EU for all 27
    e2ee: never                    # never | is | was | planned: encrypted services are out (Regulation (EU) 2026/1881 Art. 1(3))
    user_notice:                   # Art. 3(1)(g)(v)
      published: {published}       # the day on which users were told
      url: https://example.org/scanning
      file: notices/users.md

technologies:                      # each needs its own DPIA and prior consultation (Art. 3(1)(c))
  - name: known-digests
    version: "1.0"
    purpose: known-csam
    method: exact
    content: [image]
    services: [chat]
    lists: [known]
    dpia: dpia/known-digests.yaml
    first_used_by_any_provider: {{date: 2010-01-01, evidence: "exact digests of known files, in the industry since before 2021"}}
  - name: known-pdq
    version: "1.0"
    purpose: known-csam
    method: pdq
    parameters: {{distance: {distance}, quality_floor: {quality_floor}}}
    content: [image]
    services: [chat]
    lists: [known]
    dpia: dpia/known-pdq.yaml
    first_used_by_any_provider: {{date: 2019-08-01, evidence: "published as open source by its makers on 1 August 2019"}}
# Other methods: vpdq (videos, by shares of frames), indicators (solicitation, by risk factors that you derive), external (the score of
# your own detector); proviso-policy(5) has their parameters.

lists:
  - name: known
    path: lists/known.ndjson
    source: "the organisation that keeps the list"
    purpose: known-csam            # a list made for anything else is refused (Art. 3(1)(a)(i))
    verified_by: "the organisation that keeps the list"   # leave out when its entries were not confirmed by people

organisations: organisations.yaml  # bodies that may receive reports
authorities: authorities.yaml      # competent law enforcement and judicial authorities

professional_secrecy:
  markers: []                      # labels of items that mark a protected communication

evidence_fields:                   # members of an item that a case may keep; everything else is dropped
  account: "names the account that the report is about"

retention:                         # ISO 8601; never over the law's ceiling
  suspected: P14D
  confirmed: {confirmed}
  unscanned: PT1H                  # a spool file that nobody scanned
  replay: P7D                      # how long a redelivered item is recognised

people:
  - {{id: reviewer-1, roles: [reviewer], certificate: certs/reviewer-1.crt, training: "date and kind of training"}}
  - {{id: reviewer-2, roles: [reviewer], certificate: certs/reviewer-2.crt, training: "date and kind of training"}}
  - {{id: dpo-1, roles: [dpo], certificate: certs/dpo-1.crt}}
  - {{id: oversight-1, roles: [oversight], certificate: certs/oversight-1.crt}}

review:
  required: as-the-instrument-says # or all
  four_eyes: false
  oversight_every: P30D

match:
  known_within: none               # or a PDQ distance that the DPIA names too: closer hits count as previously identified

purge:
  every: PT1H
  overdue: purge

redress:
  contact: "redress@example.org"
  answer_within: P14D
  rectify_within: P1D

grounds:
  gdpr: ["Article 6(1)(d)"]
  transfers: []

attestations: attestations.yaml    # written by `proviso policy attest`

keys:                              # no key that opens a case or signs for a person belongs here
  seal: [certs/review.crt]
  ledger: keys/ledger.pem
  stream: keys/stream.key
  protected_accounts: keys/protected.key
  index: keys/index.pub
  packages: keys/packages.pem
  packages_certificate: keys/packages.crt

paths:
  spool: spool
  vault: vault
  ledger: ledger
  index: index/known.pvx
)yaml";

}  // namespace

std::string policy_text(const WorkplaceSettings& settings, base::Date today,
                        base::Period confirmed) {
  // In production the provider fills in the day; in a rehearsal users are informed from its first
  // day on.
  const std::string published = settings.rehearsal ? base::to_string(today) : "null";
  return fmt::format(
      fmt::runtime(kPolicy), fmt::arg("mode", base::mode_word(settings.rehearsal)),
      fmt::arg("provider", settings.provider), fmt::arg("instrument", settings.instrument),
      fmt::arg("also", fmt::to_string(fmt::join(settings.also, ", "))),
      fmt::arg("published", published), fmt::arg("confirmed", base::to_string(confirmed)),
      fmt::arg("distance", policy::kDefaultDistance),
      fmt::arg("quality_floor", policy::kDefaultQualityFloor));
}

std::string organisations_text(const WorkplaceSettings& settings, base::Date today) {
  std::string text =
      "# Organisations acting in the public interest against child sexual abuse that may receive "
      "reports (Art. 3(1)(j), Art. 7).\n"
      "# - {id, name, country, from, to, certificate, public_register, transfer_ground (outside "
      "the EEA)}\n";
  if (!settings.rehearsal) return text + "[]\n";
  return text + fmt::format(
                    "- id: example-hotline\n  name: \"Example Hotline (made up, for "
                    "rehearsals)\"\n  country: IE\n  from: {}\n"
                    "  certificate: certs/example-hotline.crt\n  public_register: true\n",
                    base::to_string(today));
}

std::string authorities_text() {
  return "# Competent law enforcement and judicial authorities; the same members as in "
         "organisations.yaml.\n[]\n";
}

std::string attestations_text() {
  return "# Written by `proviso policy attest`: what a machine cannot know, a person answers "
         "for.\n[]\n";
}

std::string notice_text(const WorkplaceSettings& settings) {
  return fmt::format(
      "# How {0} looks for known child sexual abuse material\n\n"
      "We have invoked, under the European Union's temporary derogation from Directive 2002/58/EC, "
      "the right to look for known child\n"
      "sexual abuse material in images that are sent over this service.\n\n"
      "- What we do: each image is compared with a list of images that were confirmed before. "
      "Nothing is kept of an image that is not on it.\n"
      "- What it means for you: your communications stay confidential, except that images are "
      "compared by machine in this way.\n"
      "- What can follow: a match is looked at by people and may be reported, with personal data, "
      "to law enforcement authorities or to\n"
      "  organisations acting in the public interest against child sexual abuse.\n"
      "- Your rights: you can complain to us (redress@example.org), to a data protection "
      "supervisory authority, and you have the right\n"
      "  to a judicial remedy.\n",
      settings.provider);
}

}  // namespace proviso::setup
