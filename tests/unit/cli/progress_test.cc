#include "cli/progress.h"

#include <doctest/doctest.h>

using namespace proviso;

TEST_CASE("progress tells how much, how fast, and how long it will take where that is known") {
  CHECK(cli::progress_text(1200, "files", 10, std::nullopt) == "1200 files, 120 a second");
  CHECK(cli::progress_text(500, "files", 10, 0.5) ==
        "[==========>         ]  50% 500 files, 50 a second, 10 s left");
  CHECK(cli::progress_text(1000, "records", 20, 1.0) ==
        "[====================] 100% 1000 records, 50 a second");
  CHECK(cli::progress_text(100, "files", 100, 0.02).ends_with("82 min left"));
  CHECK(cli::progress_text(0, "files", 0, 0.0) ==
        "[>                   ]   0% 0 files, 0 a second");
}
