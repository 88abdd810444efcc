# Writes OUT, a C++ source with the text of FILE as a raw string literal: ROOM's schema().
file(READ ${FILE} text)
file(WRITE ${OUT} "#include \"${ROOM}/schema.h\"

namespace proviso::${ROOM} {

std::string_view schema() {
  return R\"schema(${text})schema\";
}

}  // namespace proviso::${ROOM}
")
