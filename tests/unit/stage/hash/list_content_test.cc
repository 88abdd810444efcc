#include "stage/hash/list_content.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace proviso;
using stage::HashFormat;

TEST_CASE(
    "a list has the digests that are named, and perceptual hashes unless it was told not to") {
  stage::ListContent list;
  list.digests = {"md5", "sha512"};
  const auto wanted = stage::wanted_of(list);
  CHECK(wanted.digests.md5);
  CHECK(wanted.digests.sha512);
  CHECK_FALSE(wanted.digests.sha1);
  CHECK_FALSE(wanted.digests.sha256);
  CHECK(wanted.decoded.pdq);
  CHECK(wanted.decoded.frame_interval_ms == 1000);
  CHECK_FALSE(wanted.pin_containers);
  list.pdq = false;
  CHECK_FALSE(stage::wanted_of(list).decoded.pdq);
  CHECK_FALSE(stage::wanted_of(list).decode_containers);
}

TEST_CASE("forms that have digests alone decode nothing, and form sum takes one digest") {
  stage::ListContent list;
  list.format = HashFormat::hashdeep;
  CHECK_FALSE(stage::wanted_of(list).decode_containers);
  list.format = HashFormat::sum;
  CHECK_THROWS_WITH(stage::wanted_of(list), "--digests: --format sum takes one digest");
  list.digests = {"sha256"};
  CHECK(stage::wanted_of(list).digests.sha256);
}
