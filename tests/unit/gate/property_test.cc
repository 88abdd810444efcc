// Whatever a text forbids is never let through: random items, services and technologies against an
// oracle that is written from the texts' own table of parameters and knows nothing of lib/law.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "workplace.h"

using namespace proviso;
using base::ContentKind;
using gate_test::at;
using gate_test::under;
using gate_test::Workplace;

namespace {

struct Item {
  std::string kind, region, service;
  bool e2ee = false, indicators = false, path = true;
  enum class Word { absent, none, is_protected } secrecy = Word::absent, counterpart = Word::absent;
  bool has_counterpart = false;
};

constexpr const char* kKinds[] = {"image", "video", "text", "audio", "archive", "mail", "file"};
constexpr const char* kRegions[] = {"DE", "GR", "EU", "US", "GB", "CH"};
constexpr const char* kServices[] = {"chat", "phone", "sealed", "planned"};
constexpr const char* kTexts[] = {"com-2020-568", "libe-2020", "reg-2021-1232",
                                  "reg-2021-1232-am2024", "reg-2026-1881"};

std::string line_of(const Item& item) {
  const auto word = [](Item::Word w) {
    return w == Item::Word::absent ? std::string()
           : w == Item::Word::none ? R"(,"secrecy":"none")"
                                   : R"(,"secrecy":"protected")";
  };
  std::string line =
      fmt::format(R"({{"id":"m","service":"{}","account":"a","region":"{}","e2ee":{}{})",
                  item.service, item.region, item.e2ee, word(item.secrecy));
  if (item.has_counterpart)
    line += fmt::format(R"(,"counterparts":[{{"account":"b"{}}}])", word(item.counterpart));
  if (item.indicators) line += R"(,"indicators":{"age_difference":20,"child_likely":true})";
  return line + fmt::format(R"(,"content":{{"kind":"{}"{}}}}})", item.kind,
                            item.path ? R"(,"path":"p")" : "");
}

bool in_union(const std::string& region) {
  return region == "EU" || region == "DE" || region == "GR";
}

// The oracle: is this item forbidden under the text, whatever the provider's policy says?
bool forbids(const std::string& text, const Item& item) {
  const bool committee = text == "libe-2020";
  const bool law = text.rfind("reg-", 0) == 0;
  if (item.service == "phone") return true;                     // number-based: Art. 1(1)
  if (!in_union(item.region)) return true;                      // outside the services' regions
  if (item.kind == "audio" && (committee || law)) return true;  // Art. 1(2)
  if (committee && item.kind != "image" && item.kind != "video")
    return true;                                                    // images and videos only
  if (committee && item.indicators) return true;                    // no solicitation
  if (law && item.kind == "text" && !item.indicators) return true;  // Art. 3(1)(b): no substance
  if (text == "reg-2026-1881" && (item.e2ee || item.service != "chat"))
    return true;  // Art. 1(3): is, was, will be applied
  const bool is_protected = item.secrecy == Item::Word::is_protected ||
                            (item.has_counterpart && item.counterpart == Item::Word::is_protected);
  const bool determined = item.secrecy != Item::Word::absent &&
                          (!item.has_counterpart || item.counterpart != Item::Word::absent);
  if (committee && (is_protected || !determined)) return true;  // professional secrecy
  if ((item.kind == "text" || item.indicators) && item.path)
    return true;  // the text itself would travel
  return false;
}

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  bool coin() { return below(2) == 0; }
  Item item() {
    Item out;
    out.kind = kKinds[below(std::size(kKinds))];
    out.region = kRegions[below(std::size(kRegions))];
    out.service = kServices[below(8) < 5 ? 0 : below(std::size(kServices))];
    out.e2ee = below(4) == 0;
    out.indicators = below(3) == 0;
    out.path = below(3) != 0;
    out.secrecy = static_cast<Item::Word>(below(3));
    out.has_counterpart = coin();
    out.counterpart = static_cast<Item::Word>(below(3));
    return out;
  }

 private:
  std::mt19937 random_;
};

void offer_everything(policy::Policy& policy) {
  const policy::Service chat = policy.services[0];
  policy::Service phone = chat;
  phone.name = "phone";
  phone.kind = "number-based";
  policy::Service sealed = chat;
  sealed.name = "sealed";
  sealed.e2ee = policy::E2ee::is;
  policy::Service planned = chat;
  planned.name = "planned";
  planned.e2ee = policy::E2ee::planned;
  policy.services = {chat, phone, sealed, planned};
  policy::Technology images = policy.technologies[0];
  images.services = {"chat", "phone", "sealed", "planned"};
  images.content = {ContentKind::image, ContentKind::video, ContentKind::audio, ContentKind::text};
  policy::Technology grooming = images;
  grooming.name = "grooming";
  grooming.method = policy::Indicators{};
  grooming.purpose = policy::Purpose::solicitation;
  grooming.content = {ContentKind::text, ContentKind::image};
  policy.technologies = {images, grooming};
}

// Closes some pairs, each for a rule of its own.
void close_some(gate::State& state, const law::Resolved& law, Generator& random) {
  for (gate::Pair& pair : state.pairs) {
    pair.missing.clear();
    if (random.below(4) == 0) pair.missing.push_back(law.refusal("DP-01", "closed for the test"));
  }
}

}  // namespace

TEST_CASE(
    "whatever a text forbids is never let through, alone or with others, and each refusal cites a "
    "rule that this text has") {
  Workplace w;
  offer_everything(w.policy);
  gate::State state = gate_test::open_state(w.policy, w.now);
  const gate::ProtectedAccounts nobody;
  ndjson::Parser parser;
  Generator random(20260731);
  std::size_t admitted = 0;
  for (const std::string base : kTexts) {
    for (const std::string also : kTexts) {
      const bool alone = base == also;
      const law::Resolved law = alone ? under(base) : under(base, {also});
      for (int round = 0; round < 1000; ++round) {
        const Item item = random.item();
        if (round % 16 == 0) close_some(state, law, random);
        const std::string line = line_of(item);
        CAPTURE(base);
        CAPTURE(also);
        CAPTURE(line);
        const auto record = ndjson::Record::parse(parser, line);
        REQUIRE(record);
        const gate::Verdict verdict = gate::judge(*record, state, w.policy, law, nobody);
        if (verdict.admitted) {
          ++admitted;
          CHECK_FALSE(forbids(base, item));
          CHECK_FALSE(forbids(also, item));
          for (const std::string& name : verdict.admitted->technologies) {
            const gate::Pair* pair = state.find(item.service, name);
            REQUIRE(pair != nullptr);
            CHECK(pair->open());
            CHECK((pair->technology->as<policy::Indicators>() != nullptr) == item.indicators);
          }
          for (const ContentKind kind : verdict.admitted->content) {
            Item leaf = item;
            leaf.kind = std::string(base::to_string(kind));
            leaf.path = false;  // asked is what the leaf may be, not how it came
            CHECK_FALSE(forbids(base, leaf));
            CHECK_FALSE(forbids(also, leaf));
          }
        } else if (verdict.refused) {
          const auto texts = law.all();
          CHECK_FALSE(verdict.refused->citation.empty());
          CHECK(std::any_of(texts.begin(), texts.end(), [&](const law::Instrument* text) {
            return text->id == verdict.refused->instrument &&
                   text->rule(verdict.refused->rule).citation == verdict.refused->citation;
          }));
        }
      }
    }
  }
  CHECK(admitted > 500);  // a gate that refuses all would prove nothing
}

TEST_CASE(
    "no text opens on a day that is not its own, and those never adopted open in rehearsal alone") {
  struct Days {
    const char* text;
    const char* from;
    const char* to;  // inclusive
    bool adopted;
  };
  constexpr Days kDays[] = {{"com-2020-568", "2020-12-21", "2025-12-31", false},
                            {"libe-2020", "2020-12-21", "2022-12-31", false},
                            {"reg-2021-1232", "2021-08-02", "2024-05-14", true},
                            {"reg-2021-1232-am2024", "2024-05-15", "2026-04-03", true},
                            {"reg-2026-1881", "2026-07-31", "2028-04-03", true}};
  std::mt19937_64 random(1232);
  std::uniform_int_distribution<std::int64_t> second(at("2020-01-01T00:00:00Z").seconds,
                                                     at("2029-12-31T23:59:59Z").seconds);
  for (const Days& days : kDays) {
    const std::string from = std::string(days.from) + "T00:00:00Z";
    const std::string to = std::string(days.to) + "T23:59:59Z";
    const law::Resolved rehearsal(law::load(days.text), {}, true);
    const law::Resolved production(law::load(days.text), {}, false);
    const auto check = [&](base::Instant instant) {
      const bool inside = at(from) <= instant && instant <= at(to);
      CAPTURE(days.text);
      CAPTURE(base::to_string(instant));
      CHECK(rehearsal.date_refusal(instant).has_value() == !inside);
      CHECK(production.date_refusal(instant).has_value() == !(inside && days.adopted));
    };
    for (const std::int64_t offset : {-1, 0, 1}) {
      check({at(from).seconds + offset});
      check({at(to).seconds + offset});
    }
    for (int i = 0; i < 2000; ++i) check({second(random)});
  }
}
