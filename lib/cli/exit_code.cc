#include "cli/exit_code.h"

#include <fmt/format.h>

#include <exception>
#include <new>
#include <string_view>

#include "base/error.h"

namespace proviso::cli {

namespace {

std::string_view code_word(base::ExitCode code) {
  switch (code) {
    case base::ExitCode::ok:
      return "ok";
    case base::ExitCode::check_failed:
      return "check_failed";
    case base::ExitCode::records_failed:
      return "records_failed";
    case base::ExitCode::breaker:
      return "breaker";
    case base::ExitCode::usage:
      return "usage";
    case base::ExitCode::data:
      return "data";
    case base::ExitCode::no_input:
      return "no_input";
    case base::ExitCode::unavailable:
      return "unavailable";
    case base::ExitCode::software:
      return "software";
    case base::ExitCode::cannot_create:
      return "cannot_create";
    case base::ExitCode::io:
      return "io";
    case base::ExitCode::temp_fail:
      return "temp_fail";
    case base::ExitCode::no_permission:
      return "no_permission";
    case base::ExitCode::config:
      return "config";
  }
  return "software";
}

}  // namespace

int exit_code_of(const Log& log, const std::function<int()>& work) {
  try {
    return work();
  } catch (const base::Error& error) {
    for (const base::Finding& finding : error.findings())
      log.error(finding.what, finding.where, code_word(error.code()));
    if (!error.hint().empty()) log.hint(error.hint());
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    log.error("out of memory", {}, code_word(base::ExitCode::temp_fail));
    return static_cast<int>(base::ExitCode::temp_fail);
  } catch (const std::exception& error) {
    log.error(fmt::format("this should not happen: {}", error.what()), {},
              code_word(base::ExitCode::software));
    log.hint("please report it with the command line and this message, without records or content");
    return static_cast<int>(base::ExitCode::software);
  }
}

}  // namespace proviso::cli
