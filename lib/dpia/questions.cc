#include "dpia/questions.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace proviso::dpia {

const std::vector<Section>& sections() {
  static const std::vector<Section> all = {
      {"identification", "0 Identification"},
      {"description", "1 Systematic description"},
      {"compliance", "2 Necessity, proportionality and rights"},
      {"risks", "3 Risks to the rights and freedoms of data subjects"},
      {"action_plan", "4 Action plan and residual risk"},
      {"interested_parties", "5 Advice and views"},
      {"derogation", "Conditions of the derogation (Art. 3)"},
      {"decision", "6 Decision"},
  };
  return all;
}

namespace {

constexpr std::string_view k357a = "GDPR Art. 35(7)(a)";
constexpr std::string_view k357c = "GDPR Art. 35(7)(c)";
constexpr std::string_view k357d = "GDPR Art. 35(7)(d)";

std::vector<Question> make_questions() {
  std::vector<Question> all = {
      {"identification.controller", "0.1", "DP-01", k357a,
       "who decides on purposes and means: name, address, contact",
       "{provider}, which offers {services}; contact {contact}."},
      {"identification.processors", "0.2", "DP-01", "GDPR Art. 28",
       "each processor and sub-processor and its task, or that there is none",
       "There is no processor: scanning, review and storage run on the provider's own machines."},
      {"identification.processing", "0.3", "DP-01", k357a,
       "a name by which this processing is known in the record of processing",
       "Detection of known child sexual abuse material by {technology}."},
      {"identification.planning", "0.4", "DP-01", k357a, "when it is to begin, and what ends it",
       "It begins when every condition of the gate is met and ends with the derogation, or when "
       "{technology} is taken out of use."},
      {"identification.technical_sheet", "0.5", "DP-01", k357a,
       "who wrote this document, by which standards, and why a DPIA was made",
       "Written by the product and data protection teams by WP248 rev.01 and the EDPB template; a "
       "prior DPIA is a condition of the derogation."},

      {"description.nature_scope_context", "W1", "DP-01", k357a,
       "nature, scope, context and purposes: which messages of which users, how many, in which "
       "relation to you",
       "Images that users of {services} in the Union exchange are compared with a list of "
       "confirmed material; no text, audio or encrypted message is read."},
      {"description.data_recipients_storage", "W2", "DP-01", k357a,
       "which personal data, who receives them, how long each is kept",
       "Image, account token, region and time of a hit; recipients are the reviewers, registered "
       "organisations and authorities; hits are kept for at most {confirmed}, everything else is "
       "erased at once."},
      {"description.functional_description", "W3", "DP-01", k357a,
       "how it works, step by step, from the message to the report or the erasure",
       "An image is decoded in a sandbox, its digest compared with the compiled list; a hit is "
       "sealed for human review, a non-hit is erased."},
      {"description.assets", "W4", "DP-01", k357a,
       "hardware, software, networks, people, paper and channels on which the data rest",
       "Scanning hosts, a review station that alone holds the opening key, the vault, the ledger, "
       "and the people named in the policy."},
      {"description.codes_of_conduct", "W5", "DP-01", "GDPR Art. 35(8)",
       "approved codes of conduct (Art. 40) that you follow, or that there is none",
       "No approved code of conduct under Art. 40 exists for this processing.", true},

      {"compliance.purposes", "W6", "DP-01", "GDPR Art. 35(7)(b), 5(1)(b)",
       "the purpose, specified, explicit and legitimate, and why no other use can follow",
       "Only to detect, remove and report known child sexual abuse material; the records and lists "
       "are used for nothing else."},
      {"compliance.lawfulness", "W7", "SC-13", "GDPR Art. 35(7)(b), 6",
       "the ground of Art. 6 GDPR and, for legitimate interest, the balance",
       "Art. 6(1)(f): the interest in a service free of such material outweighs, as only exact or "
       "near matches of confirmed material are looked at."},
      {"compliance.minimisation", "W8", "DP-01", "GDPR Art. 35(7)(b), 5(1)(c)",
       "why the data are adequate, relevant and limited to what is necessary",
       "Only images are opened, only digests are compared, and of a hit only the members named "
       "under evidence_fields are kept."},
      {"compliance.storage_limitation", "W9", "ST-04", "GDPR Art. 35(7)(b), 5(1)(e)",
       "how long each kind of data is kept, why no shorter, and how the end is enforced",
       "Non-hits are erased at once; hits end with their last purpose and after {confirmed} at the "
       "latest, by a purge that runs every hour."},
      {"compliance.information", "W10", "US-01", "GDPR Art. 12 to 14",
       "how users are told, before and after",
       "A notice in the application and on the web tells of the derogation, the logic and the "
       "recipients; a user whose content was removed is told of redress."},
      {"compliance.access_portability", "W11", "DP-01", "GDPR Art. 15, 20",
       "how access and portability are granted, also to suspended users",
       "Requests go to {contact}; suspended users keep access to their other data by export."},
      {"compliance.rectification_erasure", "W12", "TE-08", "GDPR Art. 16, 17, 19",
       "how errors are corrected and data erased, and who is told",
       "A rejected or successfully disputed hit is purged at once, the list entry is suspended, "
       "and recipients are told."},
      {"compliance.objection_restriction", "W13", "DP-01", "GDPR Art. 18, 19, 21",
       "how objection and restriction are handled",
       "An objection is decided within the time of the redress procedure; a disputed case is held "
       "from further use meanwhile."},
      {"compliance.processors", "W14", "DP-01", "GDPR Art. 28",
       "contracts with processors, or that there is none",
       "No processor takes part, so no contract under Art. 28 is needed."},
      {"compliance.transfers", "W15", "CR-04", "GDPR Chapter V",
       "transfers outside the Union and their ground, or that there is none",
       "No transfer outside the European Economic Area takes place; the register of organisations "
       "enforces it."},

      {"action_plan.measures", "W22", "DP-01", k357d,
       "each measure against the risks above, who answers for it, until when",
       "Sandboxed decoding, sealed storage, signed decisions, four eyes where asked, a signed "
       "ledger; answered for by the security and review leads, in place before first use."},
      {"interested_parties.dpo_advice", "W23", "DP-01", "GDPR Art. 35(2)",
       "the advice of the data protection officer and what became of it",
       "The data protection officer advises to go ahead with sealed storage and monthly oversight; "
       "both are in place."},
      {"interested_parties.data_subjects", "W24", "DP-01", "GDPR Art. 35(9)",
       "the views of data subjects or their representatives, or why they were not sought",
       "A users' panel and a child protection organisation were heard; their wish for a clear "
       "notice was followed.",
       true},

      {"derogation.sole_purpose", "D5", "SC-08", "Art. 3(1)(a)(i)",
       "that nothing but detecting, removing and reporting child sexual abuse is done with it",
       "The sole purpose is to detect, remove and report child sexual abuse material; lists made "
       "for other purposes are refused."},
      {"derogation.least_intrusive", "D5", "TE-02", "Art. 3(1)(b)",
       "why no technology that intrudes less would do, and why this is the state of the art",
       "Comparison with digests of confirmed material learns nothing of other images; no less "
       "intrusive way finds re-encoded copies."},
      {"derogation.no_substance", "D6", "TE-04", "Art. 3(1)(b)",
       "that the substance of text communications cannot be deduced",
       "Text is never opened, stored or scanned; records with text are refused before any content "
       "is read."},
      {"derogation.audio_and_encryption", "D7", "SC-06", "Art. 1(2), 1(3)",
       "how audio and end-to-end encrypted communications are kept out",
       "Audio is refused by detected kind, and the service applies no end-to-end encryption; an "
       "item marked so is refused."},
      {"derogation.error_figures", "D8", "TE-07", "Art. 3(1)(e)",
       "how many flags, how many wrong, how many reviewed (A, B, C), and how measured; before "
       "first use: in which test",
       "In a test on 10,000 harmless photographs none was flagged (A = 0, B = 0, C = 0); in use "
       "the rate is measured from reviewers' decisions."},
      {"derogation.rectification", "D9", "TE-08", "Art. 3(1)(e)",
       "what is done, and how fast, when a hit was wrong",
       "Content and account are restored within the stated time, the case is purged and the list "
       "entry suspended."},
      {"derogation.indicators", "D10", "TE-06", "Art. 3(1)(f)",
       "for solicitation: the key indicators and objective risk factors; else that none is looked "
       "for",
       "This technology does not look for solicitation; no indicator of it is used."},
      {"derogation.human_review", "D11", "HU-03", "Art. 3(1)(g)(ii), (iii)",
       "who reviews which hits before what leaves, how trained, and who oversees",
       "Trained reviewers decide by signature before anything not previously identified leaves; "
       "oversight signs off every month."},
      {"derogation.misuse_prevention", "D12", "HU-04", "Art. 3(1)(g)(i)",
       "procedures against abuse, unauthorised access and unauthorised transfer",
       "The scanning host holds no opening key; every look at a case states a purpose and enters "
       "the ledger, which is audited monthly."},
      {"derogation.deletion_evidence", "D13", "ST-08", "Art. 3(1)(h), (i)",
       "how the end of storage is enforced and shown",
       "The purge destroys keys first, then the bytes, and leaves an entry in the signed ledger "
       "for each case."},
      {"derogation.redress_and_information", "D14", "US-03", "Art. 3(1)(g)(iv) to (vi)",
       "how users complain, by when they are answered, and what they are told of authority and "
       "courts",
       "Complaints go to {contact} and are answered within the policy's time; each notice names "
       "{authority} and the courts."},
      {"derogation.professional_secrecy", "D14", "HU-05",
       "Art. 3, recitals on professional secrecy",
       "how communications under professional secrecy are kept out",
       "Accounts on the register of protected professions, and items marked protected, are refused "
       "before content is opened."},
      {"decision.by", "6", "DP-01", "GDPR Art. 35(1), 24", "who decided: name of the office",
       "The management board of {provider}."},
  };
  struct Event {
    std::string_view keys[6];
    std::string_view title;
  };
  struct Row {
    std::string_view check, citation, write, example;
  };
  static constexpr Row kRows[6] = {
      {"W17", k357c,
       "origin, nature, particularity and severity of this risk, as data subjects see it",
       "A user's private image or the fact of a report could be seen, altered or lost, with grave "
       "consequences for a person wrongly suspected."},
      {"W18", k357c, "who or what could cause it: people inside and outside, accidents",
       "Curious or bribed staff, intruders, faults of hardware and software."},
      {"W19", k357c, "what it would do to the people concerned",
       "Loss of reputation, wrongful investigation, loss of an account, distress."},
      {"W20", k357c, "the events by which it could happen",
       "Stolen keys, a poisoned list, a decoder exploited by a crafted file, a disk that fails."},
      {"W21", k357c,
       "likelihood and severity, each negligible, limited, significant or maximum, and why",
       "Likelihood limited, as keys and data never meet on one host; severity significant, as the "
       "data are of criminal offences."},
      {"W22", k357d, "the measures against this risk and what is left of it",
       "Sealing to the review role, sandboxed decoding, a signed index, a hit-share breaker, a "
       "signed ledger; a low risk is left."},
  };
  static constexpr Event kEvents[3] = {
      {{"risks.illegitimate_access.nature", "risks.illegitimate_access.sources",
        "risks.illegitimate_access.impacts", "risks.illegitimate_access.threats",
        "risks.illegitimate_access.likelihood_and_severity", "risks.illegitimate_access.measures"},
       "illegitimate access"},
      {{"risks.undesired_modification.nature", "risks.undesired_modification.sources",
        "risks.undesired_modification.impacts", "risks.undesired_modification.threats",
        "risks.undesired_modification.likelihood_and_severity",
        "risks.undesired_modification.measures"},
       "undesired modification"},
      {{"risks.disappearance.nature", "risks.disappearance.sources", "risks.disappearance.impacts",
        "risks.disappearance.threats", "risks.disappearance.likelihood_and_severity",
        "risks.disappearance.measures"},
       "disappearance"},
  };
  for (const Event& event : kEvents) {
    for (std::size_t i = 0; i < 6; ++i) {
      all.push_back({event.keys[i], kRows[i].check, "DP-01", kRows[i].citation, kRows[i].write,
                     kRows[i].example, false});
    }
  }
  return all;
}

bool has_word(std::string_view text, std::string_view word) {
  const auto inside = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !inside(text[at - 1])) && (end == text.size() || !inside(text[end])))
      return true;
  }
  return false;
}

}  // namespace

const std::vector<Question>& questions() {
  static const std::vector<Question> all = make_questions();
  return all;
}

bool is_placeholder(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const std::string_view word : {"FILL IN", "TODO", "TBD", "FIXME", "XXX", "LOREM IPSUM"}) {
    if (has_word(upper, word)) return true;
  }
  if (text.find("...") != std::string_view::npos ||
      text.find("\xE2\x80\xA6") != std::string_view::npos)
    return true;
  const std::size_t open = text.find('<');
  if (open != std::string_view::npos && text.find('>', open) != std::string_view::npos) return true;
  return !text.empty() && std::none_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c >= 0x80;
  });
}

}  // namespace proviso::dpia
