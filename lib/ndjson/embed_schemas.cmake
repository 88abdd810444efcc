# Writes OUT, a source file of all schemas in DIR. A schema that refers to "NAME.json" carries that one under $defs, as
# JSON Schema 2020-12 bundles documents (core 9.3), so that one printed schema is enough to validate with.
file(GLOB files ${DIR}/*.json)
list(SORT files)

function(add_references text_variable name)
  set(text "${${text_variable}}")
  file(READ ${DIR}/${name}.json own)
  string(REGEX MATCHALL "\"\\$ref\": *\"[a-z]+\\.json" references "${own}")
  foreach(reference IN LISTS references)
    string(REGEX REPLACE ".*\"([a-z]+)\\.json" "\\1" other "${reference}")
    file(READ ${DIR}/${other}.json included)
    string(JSON text SET "${text}" "$defs" "${other}" "${included}")
    add_references(text ${other})
  endforeach()
  set(${text_variable} "${text}" PARENT_SCOPE)
endfunction()

set(rows "")
set(count 0)
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} schema)
  string(JSON defs ERROR_VARIABLE missing GET "${schema}" "$defs")
  if(missing)
    string(JSON schema SET "${schema}" "$defs" "{}")
  endif()
  add_references(schema ${name})
  string(APPEND rows "    {\"${name}\", R\"schema(${schema}\n)schema\"},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE ${OUT} "#include <string_view>
#include <utility>

namespace proviso::ndjson {

extern const std::pair<std::string_view, std::string_view> kSchemas[];
extern const unsigned kSchemaCount;
const std::pair<std::string_view, std::string_view> kSchemas[] = {
${rows}};
const unsigned kSchemaCount = ${count};

}  // namespace proviso::ndjson
")
