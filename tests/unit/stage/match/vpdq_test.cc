// Videos through a real index: frames of a list, frames of an item, and both shares.
#include "stage/match/matchers/matchers.h"

#include "match_workplace.h"

using namespace proviso;
using stage_test::entries_of;
using stage_test::Json;
using stage_test::MatchWorkplace;
using stage_test::pdq_of;

namespace {

// Frames first to last of the made-up hashes, each turned by so many bits.
Json frames_of(int first, int last, int bits = 0, int quality = 90) {
  Json frames = Json::array();
  for (int n = first; n <= last; ++n)
    frames.push_back({{"pdq", pdq_of(n, bits)},
                      {"pdq_quality", quality},
                      {"number", n - first},
                      {"ms", 1000 * (n - first)}});
  return frames;
}

// Beside the lists of the workplace: in known a clip of frames 101 to 110, in fresh the lines that
// a case adds.
struct VideoWorkplace : MatchWorkplace {
  explicit VideoWorkplace(policy::Vpdq method) {
    technology("videos", method);
    policy.technologies.erase(policy.technologies.begin());
    add("known", {{"id", "clip"}, {"frames", list_frames(101, 110)}});
  }
  static Json list_frames(int first, int last) {
    Json frames = Json::array();
    for (int n = first; n <= last; ++n) frames.push_back({{"pdq", pdq_of(n)}});
    return frames;
  }
  void add(const std::string& list, const Json& line) const {
    std::ofstream file(policy.list(list)->path, std::ios::app);
    file << line.dump() << '\n';
  }
  Answer ask(const Json& frames) {
    return run_one(hashed("a", {{"kind", "video"}, {"frames", frames}}));
  }
};

policy::Vpdq shares(int query, int entry) {
  return {.distance = 20, .query_share = query, .entry_share = entry};
}

}  // namespace

TEST_CASE(
    "a copy of a listed video is a hit of its entry, by frames near those of the list, and never "
    "previously identified") {
  VideoWorkplace w(shares(80, 80));
  w.open();
  const auto answer = w.ask(frames_of(101, 110, 8));
  REQUIRE(answer.hits().size() == 1);
  const Json& hit = answer.hits()[0];
  CHECK(hit.at("technology") == "videos");
  CHECK(hit.at("method") == "vpdq");
  CHECK(hit.at("list") == "known");
  CHECK(hit.at("entry") == "clip");
  CHECK(hit.at("distance") == 8);
  CHECK(hit.at("threshold") == 20);
  CHECK(hit.at("previously_identified") == false);
  CHECK(w.ask(frames_of(101, 110, 21)).hits().empty());
  CHECK(w.ask(frames_of(201, 210)).hits().empty());
}

TEST_CASE("entry_share: an excerpt shows little of the entry, though all of it is the entry's") {
  VideoWorkplace strict(shares(80, 80));
  strict.open();
  CHECK(strict.ask(frames_of(101, 107)).hits().empty());
  CHECK(entries_of(strict.ask(frames_of(101, 108))) == "clip");
  VideoWorkplace lenient(shares(80, 0));
  lenient.open();
  CHECK(entries_of(lenient.ask(frames_of(101, 101))) == "clip");
}

TEST_CASE("query_share: a compilation is little of the entry's, though it shows all of the entry") {
  Json compilation = frames_of(101, 110);
  for (const Json& frame : frames_of(201, 203)) compilation.push_back(frame);
  VideoWorkplace strict(shares(80, 80));
  strict.open();
  CHECK(strict.ask(compilation).hits().empty());  // 10 of 13
  compilation.erase(12);
  CHECK(entries_of(strict.ask(compilation)) == "clip");  // 10 of 12
  VideoWorkplace lenient(shares(0, 80));
  lenient.open();
  for (const Json& frame : frames_of(301, 360)) compilation.push_back(frame);
  CHECK(entries_of(lenient.ask(compilation)) == "clip");
}

TEST_CASE("frames below the quality floor count for neither share") {
  VideoWorkplace w(shares(80, 80));
  w.open();
  CHECK(w.ask(frames_of(101, 110, 0, 49)).hits().empty());
  Json frames = frames_of(101, 110);
  for (const Json& frame : frames_of(201, 260, 0, 10)) frames.push_back(frame);
  CHECK(entries_of(w.ask(frames)) == "clip");
}

TEST_CASE(
    "a suspended video is no hit and is counted, and another list's video of the very same frames "
    "goes with it") {
  VideoWorkplace w(shares(80, 80));
  w.add("fresh",
        {{"id", "same"}, {"suspended", true}, {"frames", VideoWorkplace::list_frames(101, 110)}});
  w.add("fresh", {{"id", "longer"}, {"frames", VideoWorkplace::list_frames(101, 111)}});
  w.open();
  const auto answer = w.ask(frames_of(101, 110));
  CHECK(entries_of(answer) == "longer");
  CHECK(answer.line.at("match").at("excluded") == Json{{"known_good", 0}, {"suspended", 2}});
}
