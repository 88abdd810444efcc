# proviso_room(NAME [OWN_OPTIONS] [PART_OF room] [MAY_INCLUDE room...] [LINKS library...] [PARTS file=room...] [SOURCES generated file...])
# One room of the house: the static library proviso_NAME of all *.cc in its folder and the folders below, its row of the
# layering table, and the step that checks its own #include lines against that row (check_includes.cmake).
#   MAY_INCLUDE  the rooms whose headers it includes: exactly those
#   LINKS        the libraries (dependencies.cmake) whose headers it includes: exactly those
#   OWN_OPTIONS  it is compiled with options of its own, which forbid the precompiled headers
#   PART_OF      it is compiled into that room's library, and is a room to the check alone
#   PARTS        a room that is PART_OF this one, and the one file of this room that may include its headers
# A folder below that has a CMakeLists.txt is a room of its own, named after its path: lib/media/worker is media_worker.

add_library(proviso_options INTERFACE)
target_compile_options(proviso_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 sees overlapping copies in std::string's own operator+ (GCC bug 105329).
  target_compile_options(proviso_options INTERFACE -Wno-restrict)
endif()
if(PROVISO_WERROR)
  target_compile_options(proviso_options INTERFACE -Werror)
endif()
if(PROVISO_SANITIZE)
  target_compile_options(proviso_options INTERFACE -fsanitize=${PROVISO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(proviso_options INTERFACE -fsanitize=${PROVISO_SANITIZE})
  target_compile_definitions(proviso_options INTERFACE PROVISO_SANITIZED=1)
  if(PROVISO_FUZZ)
    target_compile_options(proviso_options INTERFACE -fsanitize=fuzzer-no-link)
  endif()
else()
  target_compile_options(proviso_options INTERFACE $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
endif()
target_compile_options(proviso_options INTERFACE -fstack-protector-strong)
target_link_options(proviso_options INTERFACE -Wl,-z,relro -Wl,-z,now)
target_compile_definitions(proviso_options INTERFACE PROVISO_VERSION="${PROJECT_VERSION}")
target_include_directories(proviso_options INTERFACE ${CMAKE_SOURCE_DIR}/lib)
target_link_libraries(proviso_options INTERFACE PkgConfig::FMT Proviso::EXPECTED Threads::Threads)

# The libraries' headers, as check_includes.cmake reads them.
get_property(library_headers GLOBAL PROPERTY PROVISO_LIBRARY_HEADERS)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/library_headers.txt CONTENT "${library_headers}" @ONLY)

include(${CMAKE_CURRENT_LIST_DIR}/room_files.cmake)

# Headers that most rooms and tools include, read once. A file still includes what it uses: scripts/lint reads each without these.
# nlohmann's is not among them: GCC instantiates its templates again in each file (0.75 s, used or not).
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cc CONTENT "")
add_library(proviso_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cc)
target_link_libraries(proviso_precompiled PRIVATE proviso_options)
target_precompile_headers(proviso_precompiled PRIVATE <fmt/format.h> <tl/expected.hpp> <algorithm> <filesystem> <functional>
  <map> <memory> <optional> <set> <span> <string> <vector>)

add_custom_target(layering COMMENT "The includes of all rooms are those of their rows")

# proviso_check_includes(NAME [MAY_INCLUDE room...] [LINKS library...] [PARTS file=room...] [SOURCES generated file...])
# The target includes_NAME, which checks the #include lines of this folder against the row.
function(proviso_check_includes name)
  cmake_parse_arguments(ROOM "" "" "MAY_INCLUDE;LINKS;PARTS;SOURCES" ${ARGN})
  set(dir ${CMAKE_CURRENT_SOURCE_DIR})
  # Globbed again before each build, so that a new file is seen; room_files leaves out the rooms below.
  set(patterns cc h ${PROVISO_OTHER_ENDINGS})
  list(TRANSFORM patterns PREPEND "${dir}/*.")
  file(GLOB_RECURSE all CONFIGURE_DEPENDS ${patterns})
  proviso_room_files(${dir} files)
  proviso_other_files(${dir} others)
  string(MD5 names "${files} ${others}")   # an old file that was moved here is no newer than the stamp
  list(JOIN ROOM_MAY_INCLUDE "," allowed)
  list(JOIN ROOM_LINKS "," links)
  list(JOIN ROOM_PARTS "," parts)
  list(JOIN ROOM_SOURCES "," generated)
  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/includes.ok)
  set(check ${CMAKE_SOURCE_DIR}/lib/check_includes.cmake)
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${CMAKE_COMMAND} -DROOM=${name} -DLIB=${CMAKE_SOURCE_DIR}/lib -DDIR=${dir} -DALLOWED=${allowed} -DLINKS=${links}
            -DPARTS=${parts} -DGENERATED=${generated} -DLIBRARY_HEADERS=${CMAKE_BINARY_DIR}/library_headers.txt -DSTAMP=${stamp}
            -DNAMES=${names} -P ${check}
    DEPENDS ${files} ${others} ${ROOM_SOURCES} ${CMAKE_BINARY_DIR}/library_headers.txt ${check} ${CMAKE_SOURCE_DIR}/lib/room_files.cmake
    COMMENT "Checking the includes of ${name}" VERBATIM)
  add_custom_target(includes_${name} ALL DEPENDS ${stamp})
  add_dependencies(layering includes_${name})
endfunction()

function(proviso_room name)
  cmake_parse_arguments(ROOM "OWN_OPTIONS" "PART_OF" "MAY_INCLUDE;LINKS;PARTS;SOURCES" ${ARGN})
  proviso_check_includes(${name} MAY_INCLUDE ${ROOM_MAY_INCLUDE} LINKS ${ROOM_LINKS} PARTS ${ROOM_PARTS} SOURCES ${ROOM_SOURCES})
  proviso_room_files(${CMAKE_CURRENT_SOURCE_DIR} files)
  set(sources ${files})
  list(FILTER sources INCLUDE REGEX "\\.cc$")
  list(APPEND sources ${ROOM_SOURCES})
  if(ROOM_PART_OF)
    set(library proviso_${ROOM_PART_OF})
    set(scope PUBLIC)
    target_sources(${library} PRIVATE ${sources})
    list(REMOVE_ITEM ROOM_MAY_INCLUDE ${ROOM_PART_OF})
  elseif(sources)
    add_library(proviso_${name} STATIC ${sources})
    set(library proviso_${name})
    set(scope PUBLIC)
    if(NOT ROOM_OWN_OPTIONS)
      target_precompile_headers(proviso_${name} REUSE_FROM proviso_precompiled)
    endif()
  else()
    add_library(proviso_${name} INTERFACE)   # a room of headers alone
    set(library proviso_${name})
    set(scope INTERFACE)
  endif()
  target_link_libraries(${library} ${scope} proviso_options)
  foreach(other IN LISTS ROOM_MAY_INCLUDE)
    target_link_libraries(${library} ${scope} proviso_${other})
  endforeach()
  target_link_libraries(${library} ${scope} ${ROOM_LINKS})
  add_dependencies(${library} includes_${name})
endfunction()

# Compiles these files, loops over pixels or hashes, with -O3 in Release. Without the precompiled headers, which were read without it.
function(proviso_optimize)
  set_property(SOURCE ${ARGN} PROPERTY SKIP_PRECOMPILE_HEADERS ON)
  if(NOT PROVISO_FUZZ)
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS $<$<CONFIG:Release>:-O3>)
  endif()
endfunction()
