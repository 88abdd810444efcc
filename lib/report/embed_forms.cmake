# Writes OUT, a C++ source with the text of each form in DIR.
file(GLOB files ${DIR}/*.yaml)
list(SORT files)
set(rows "")
set(count 0)
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WLE)
  file(READ ${file} text)
  if(text MATCHES "\\)form\"")
    message(FATAL_ERROR "${file}: holds the end mark of its own literal")
  endif()
  # Compilers bound one literal: a piece for every 8,000 characters, joined by the compiler.
  string(LENGTH "${text}" length)
  set(literal "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 8000 piece)
    string(APPEND literal "R\"form(${piece})form\"\n")
    math(EXPR at "${at} + 8000")
  endwhile()
  string(APPEND rows "    {\"${name}\", ${literal}},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE ${OUT} "#include <string_view>
#include <utility>

namespace proviso::report {

extern const std::pair<std::string_view, std::string_view> kForms[];
extern const unsigned kFormCount;
const std::pair<std::string_view, std::string_view> kForms[] = {
${rows}};
const unsigned kFormCount = ${count};

}  // namespace proviso::report
")
