# Writes OUT, a C++ source with the text of FILE as a raw string literal.
file(READ ${FILE} text)
file(WRITE ${OUT} "#include \"policy/schema.h\"

namespace proviso::policy {

std::string_view schema() {
  return R\"schema(${text})schema\";
}

}  // namespace proviso::policy
")
