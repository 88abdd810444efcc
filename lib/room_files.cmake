# The files of a room. Read by room.cmake and check_includes.cmake.

# Endings of C, C++, Objective-C and assembler that the house does not use: a source ends in .cc, a header in .h.
set(PROVISO_OTHER_ENDINGS c C CC cp cpp CPP cxx c++ ccm cppm cxxm c++m ixx H hh HH hp hpp HPP hxx h++ inc INC incl inl ipp tcc tpp txx
  def m mm mi mii M i ii s S sx asm cu cuh)

# proviso_room_files(DIR RESULT): the *.cc and *.h of a room, those of its sub-folders too, without the rooms below (a folder
# with a CMakeLists.txt of its own).
function(proviso_room_files dir result)
  file(GLOB_RECURSE files ${dir}/*.cc ${dir}/*.h)
  proviso_without_rooms_below(${dir} files)
  set(${result} ${files} PARENT_SCOPE)
endfunction()

# proviso_other_files(DIR RESULT): the files of a room that have one of the other endings.
function(proviso_other_files dir result)
  set(patterns ${PROVISO_OTHER_ENDINGS})
  list(TRANSFORM patterns PREPEND "${dir}/*.")
  file(GLOB_RECURSE files ${patterns})
  proviso_without_rooms_below(${dir} files)
  set(${result} ${files} PARENT_SCOPE)
endfunction()

function(proviso_without_rooms_below dir list)
  set(files ${${list}})
  file(GLOB_RECURSE rooms ${dir}/*/CMakeLists.txt)
  foreach(room IN LISTS rooms)
    get_filename_component(below ${room} DIRECTORY)
    set(own "")
    foreach(file IN LISTS files)
      string(FIND ${file} "${below}/" at)
      if(NOT at EQUAL 0)
        list(APPEND own ${file})
      endif()
    endforeach()
    set(files ${own})
  endforeach()
  set(${list} ${files} PARENT_SCOPE)
endfunction()
