// Messages on standard error.
#pragma once

#include <string>
#include <string_view>

namespace proviso::cli {

enum class LogFormat { text, json };

// One line each on stderr: "proviso-TOOL: error: WHERE: WHAT". With --log-format json one
// object a line.
class Log {
 public:
  void error(std::string_view what, std::string_view where = {}, std::string_view code = {}) const;
  void warning(std::string_view what, std::string_view where = {}) const;
  void hint(std::string_view what) const;
  void note(std::string_view what) const;     // silent under --quiet
  void summary(std::string_view what) const;  // the line of counts at the end; silent under --quiet
  std::string tool;
  LogFormat format = LogFormat::text;
  bool quiet = false;

 private:
  void line(std::string_view level, std::string_view what, std::string_view where,
            std::string_view code) const;
};

}  // namespace proviso::cli
