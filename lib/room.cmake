# proviso_room(NAME MAY_INCLUDE room... [LINKS library...] [SOURCES file...])
# One room of the house: the static library proviso_NAME of all *.cc in the folder (and kernels/), its row of the layering
# table, and the step that checks its own #include lines against that row.

add_library(proviso_options INTERFACE)
target_compile_options(proviso_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 sees overlapping copies in std::string's own operator+ (GCC bug 105329).
  target_compile_options(proviso_options INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_UNITY_BUILD)
  # GCC takes a source file that another one includes for a header.
  target_compile_options(proviso_options INTERFACE -Wno-subobject-linkage)
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
target_link_libraries(proviso_options INTERFACE PkgConfig::FMT Threads::Threads)

function(proviso_room name)
  cmake_parse_arguments(ROOM "" "" "MAY_INCLUDE;LINKS;SOURCES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc ${CMAKE_CURRENT_SOURCE_DIR}/kernels/*.cc)
  if(NOT sources AND NOT ROOM_SOURCES)
    add_library(proviso_${name} INTERFACE)   # a room of headers alone
    return()
  endif()
  add_library(proviso_${name} STATIC ${sources} ${ROOM_SOURCES})
  target_link_libraries(proviso_${name} PUBLIC proviso_options)
  foreach(other IN LISTS ROOM_MAY_INCLUDE)
    target_link_libraries(proviso_${name} PUBLIC proviso_${other})
  endforeach()
  target_link_libraries(proviso_${name} PUBLIC ${ROOM_LINKS})

  list(JOIN ROOM_MAY_INCLUDE "," allowed)
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.h ${CMAKE_CURRENT_SOURCE_DIR}/kernels/*.h
       ${CMAKE_CURRENT_SOURCE_DIR}/lists/*.h)
  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/includes.ok)
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${CMAKE_COMMAND} -DROOM=${name} -DALLOWED=${allowed} -DDIR=${CMAKE_CURRENT_SOURCE_DIR} -DSTAMP=${stamp}
            -P ${CMAKE_SOURCE_DIR}/lib/check_includes.cmake
    DEPENDS ${sources} ${ROOM_SOURCES} ${headers} ${CMAKE_SOURCE_DIR}/lib/check_includes.cmake
    COMMENT "Checking the includes of ${name}" VERBATIM)
  add_custom_target(includes_${name} DEPENDS ${stamp})
  add_dependencies(proviso_${name} includes_${name})
endfunction()
