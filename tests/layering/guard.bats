#!/usr/bin/env bats
# The layering guard: a scratch project with the house's own CMake files, four rooms and the tools.
# high may include low and links OpenSSL. high/attic is a room below it; high/safe is a part of it, and roof.cc alone includes its
# headers. Each case plants one line or file, and the build must name it.

setup() {  # the house as it should be; configured once, so that CMake itself has to see what a case changes
  : "${PROVISO_SOURCE:?is set by ctest: run this with ctest -R layering}"
  house=$BATS_FILE_TMPDIR/house
  rm -rf "${house:?}/lib"
  mkdir -p "$house/lib/low" "$house/lib/high/deep/er" "$house/lib/high/attic" "$house/lib/high/safe" "$house/tools/commands"
  cp "$PROVISO_SOURCE"/lib/*.cmake "$house/lib/"
  cat >"$house/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(house VERSION 1 LANGUAGES CXX)
include(lib/dependencies.cmake)
include(lib/room.cmake)
add_subdirectory(lib/low)
add_subdirectory(lib/high)
add_subdirectory(tools)
END
  echo 'proviso_check_includes(tools MAY_INCLUDE low high)' >"$house/tools/CMakeLists.txt"
  printf '#include "commands/open.h"\n#include "high/roof.h"\n' >"$house/tools/open.cc"
  printf '#pragma once\n#include "low/floor.h"\n' >"$house/tools/commands/open.h"
  echo 'proviso_room(low)' >"$house/lib/low/CMakeLists.txt"
  printf 'proviso_room(high MAY_INCLUDE low LINKS PkgConfig::OPENSSL PARTS roof.cc=high_safe)\nadd_subdirectory(attic)\nadd_subdirectory(safe)\n' \
    >"$house/lib/high/CMakeLists.txt"
  echo 'proviso_room(high_attic MAY_INCLUDE high)' >"$house/lib/high/attic/CMakeLists.txt"
  echo 'proviso_room(high_safe PART_OF high MAY_INCLUDE low high)' >"$house/lib/high/safe/CMakeLists.txt"
  printf '#pragma once\n#include "low/floor.h"\n' >"$house/lib/high/safe/safe.h"
  printf '#include "high/roof.h"\n#include "high/safe/safe.h"\nint safe() { return 0; }\n' >"$house/lib/high/safe/safe.cc"
  printf '#pragma once\n#include <string>\n' >"$house/lib/low/floor.h"
  printf '#include "low/floor.h"\n#include <sys/stat.h>\nint floor_of_low() { return 0; }\n' >"$house/lib/low/floor.cc"
  printf '#pragma once\n' >"$house/lib/high/roof.h"
  printf '#include "high/roof.h"\n\n#include "high/safe/safe.h"\n#include <openssl/evp.h>\n#include <fmt/format.h>\n' >"$house/lib/high/roof.cc"
  printf '#include "low/floor.h"\nint deep() { return 0; }\n' >"$house/lib/high/deep/er/room.cc"
  printf '#include "high/roof.h"\nint attic() { return 0; }\n' >"$house/lib/high/attic/trunk.cc"
  [ -d "$house/build" ] || cmake -S "$house" -B "$house/build" -G Ninja >/dev/null
}

guard() { cmake --build "$house/build" --target layering 2>&1; }

refused() {  # WORDS...: the guard fails and its output holds each
  run guard
  [ "$status" -ne 0 ]
  local words
  for words in "$@"; do
    [[ "$(tr -s ' \n' '  ' <<<"$output")" == *"$words"* ]] || { echo "no '$words' in: $output"; return 1; }
  done
}

@test "rooms whose includes are those of their rows pass, and are compiled with their sub-folders" {
  run guard
  [ "$status" -eq 0 ]
  cmake --build "$house/build" >/dev/null
  [ "$(ar t "$house/build/lib/high/libproviso_high.a" | sort | tr '\n' ' ')" = "roof.cc.o room.cc.o safe.cc.o " ]
  [ "$(ar t "$house/build/lib/high/attic/libproviso_high_attic.a")" = trunk.cc.o ]
}

@test "an include upward fails" {
  echo '#include "high/roof.h"' >>"$house/lib/low/floor.h"
  refused "low/floor.h" "room 'low' may not include 'high'"
}

@test "an include upward in a new file of a deep sub-folder fails" {
  run guard
  [ "$status" -eq 0 ]
  mkdir -p "$house/lib/low/a/b/c"
  echo '# include "high/roof.h"' >"$house/lib/low/a/b/c/late.h"
  refused "low/a/b/c/late.h" "room 'low' may not include 'high'"
}

@test "a room below another is a room of its own" {
  printf '#include "high/attic/trunk.h"\n' >>"$house/lib/high/roof.cc"
  refused "room 'high' may not include 'high_attic'"
}

@test "the includes of a room below do not count for the room above" {
  printf 'int deep() { return 0; }\n' >"$house/lib/high/deep/er/room.cc"
  printf '#include "low/floor.h"\n' >>"$house/lib/high/attic/trunk.cc"
  refused "room 'high' includes no header of 'low'" "room 'high_attic' may not include 'low'"
}

@test "a room of headers alone is checked too" {
  rm "$house/lib/low/floor.cc"
  echo '#include "high/roof.h"' >>"$house/lib/low/floor.h"
  refused "room 'low' may not include 'high'"
}

@test "a row that names a room which the room does not use fails" {
  printf 'int deep() { return 0; }\n' >"$house/lib/high/deep/er/room.cc"
  refused "room 'high' includes no header of 'low', which its row names"
}

@test "a header of a library that the room does not link fails, also where a room below links it" {
  echo '#include <sqlite3.h>' >>"$house/lib/high/deep/er/room.cc"
  refused "high/deep/er/room.cc" "room 'high' does not link 'PkgConfig::SQLITE'"
  echo 'int deep() { return 0; }' >"$house/lib/high/deep/er/room.cc"
  echo '#include <openssl/evp.h>' >>"$house/lib/high/attic/trunk.cc"
  refused "room 'high_attic' does not link 'PkgConfig::OPENSSL'"
}

@test "a row that links a library which the room does not use fails" {
  sed -i 's/OPENSSL/OPENSSL PkgConfig::ARCHIVE Proviso::SPNG/' "$house/lib/high/CMakeLists.txt"
  refused "room 'high' includes no header of 'PkgConfig::ARCHIVE'" "room 'high' includes no header of 'Proviso::SPNG'"
}

@test "a library that lib/dependencies.cmake does not know fails" {
  echo '#include <boost/optional.hpp>' >>"$house/lib/high/roof.cc"
  refused "high/roof.cc" "not a header of the system, nor of a library in lib/dependencies.cmake"
}

@test "own headers by a path that hides the room fail" {
  echo '#include "roof.h"' >>"$house/lib/high/roof.cc"
  refused 'own headers are included as "room/file.h"'
  sed -i 's|"roof.h"|"low/../high/roof.h"|' "$house/lib/high/roof.cc"
  refused 'own headers are included as "room/file.h"'
  sed -i 's|"low/../high/roof.h"|<low/floor.h>|' "$house/lib/high/roof.cc"
  refused "not a header of the system"
  sed -i 's|<low/floor.h>|ROOF|' "$house/lib/high/roof.cc"
  refused "the header is not named"
}

@test "a part is included by the one file that its room names, and by no other room" {
  echo '#include "high/safe/safe.h"' >>"$house/lib/high/deep/er/room.cc"
  refused "high/deep/er/room.cc" "room 'high' may not include 'high_safe'"
  printf '#include "low/floor.h"\n' >"$house/lib/high/deep/er/room.cc"
  echo '#include "high/safe/safe.h"' >>"$house/lib/high/attic/trunk.cc"
  refused "high/attic/trunk.cc" "room 'high_attic' may not include 'high_safe'"
  printf '#include "high/roof.h"\n' >"$house/lib/high/attic/trunk.cc"
  echo '#include "high/safe/safe.h"' >>"$house/tools/open.cc"
  refused "tools/open.cc" "room 'tools' may not include 'high_safe'"
}

@test "a part has a row of its own, and a part that its room's file does not include fails" {
  echo '#include <openssl/evp.h>' >>"$house/lib/high/safe/safe.cc"
  refused "high/safe/safe.cc" "room 'high_safe' does not link 'PkgConfig::OPENSSL'"
  printf '#include "high/roof.h"\n' >"$house/lib/high/safe/safe.cc"
  sed -i '/safe.h/d' "$house/lib/high/roof.cc"
  refused "room 'high' includes no header of 'roof.cc=high_safe', which its row names"
}

@test "the tools have a row too, and include their own headers by folder" {
  printf '#include "high/attic/trunk.h"\n' >>"$house/tools/commands/open.h"
  refused "commands/open.h" "room 'tools' may not include 'high_attic'"
}

@test "a source or header with another ending fails, wherever it is and however old" {
  local name
  for name in low/zz.hpp low/zz.inc low/a/zz.inl high/attic/zz.c high/safe/zz.H low/zz.cpp low/zz.tcc low/zz.ipp low/zz.S; do
    mkdir -p "$(dirname "$house/lib/$name")"
    echo '#include "high/roof.h"' >"$house/lib/$name"
    touch -d 2001-01-01 "$house/lib/$name"
    refused "lib/$name: sources end in .cc and headers in .h"
    rm "$house/lib/$name"
  done
  echo 'int a;' >"$house/tools/commands/zz.cxx"
  refused "commands/zz.cxx: sources end in .cc and headers in .h"
  rm "$house/tools/commands/zz.cxx"
  run guard
  [ "$status" -eq 0 ]
  echo '#include "low/CMakeLists.txt"' >>"$house/lib/low/floor.cc"
  refused 'own headers are included as "room/file.h"'
}

@test "an include in any other form fails: comments, other spellings, lines that go on" {
  local odd
  cp "$house/lib/low/floor.cc" "$BATS_TEST_TMPDIR/saved.cc"
  for odd in '/* */ #include "high/roof.h"' '#import "high/roof.h"' '%:include "high/roof.h"' ' %: include "high/roof.h"' \
    '# /* */ include "high/roof.h"' '#/* \n*/ include "high/roof.h"' '/* \n*/ #include "high/roof.h"' '#include_next "high/roof.h"' \
    '#include /* */ "high/roof.h"' '#include\f"high/roof.h"' '#\vinclude "high/roof.h"' '#\\\ninclude "high/roof.h"' \
    '#inc\\\nlude "high/roof.h"' '#in\\  \nclude "high/roof.h"' '%\\\n:include "high/roof.h"' '/\\\n* */ #include "high/roof.h"' \
    '#include "hi\\\ngh/roof.h"' '#include <string>  // [\n#include "high/roof.h"' '#include <string>  // ;\n#include "high/roof.h"' \
    '#include "high/roof.h"  // include "low/floor.h"' '\xef\xbb\xbf#include "high/roof.h"' '#include "high/roof.h"\r'; do
    cp "$BATS_TEST_TMPDIR/saved.cc" "$house/lib/low/floor.cc"
    printf '%b\n' "$odd" >>"$house/lib/low/floor.cc"
    refused "low/floor.cc" || { echo "passed: $odd"; return 1; }
  done
  cp "$BATS_TEST_TMPDIR/saved.cc" "$house/lib/low/floor.cc"
  printf '#define TWO \\\n  2\n#  include <vector> // of two\n' >>"$house/lib/low/floor.cc"
  run guard
  [ "$status" -eq 0 ]
}
