#include "base/error.h"

#include <cstring>

namespace proviso::base {
namespace {

std::string join(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    if (!text.empty()) text += '\n';
    if (!finding.where.empty()) text += finding.where + ": ";
    text += finding.what;
  }
  return text;
}

}  // namespace

Error::Error(ExitCode code, std::string what, std::string where, std::string hint)
    : Error(code, std::vector<Finding>{{std::move(where), std::move(what)}}, std::move(hint)) {}

Error::Error(ExitCode code, std::vector<Finding> findings, std::string hint)
    : code_(code), findings_(std::move(findings)), hint_(std::move(hint)), text_(join(findings_)) {}

void throw_errno(int errno_value, std::string_view what, std::string_view where, ExitCode code) {
  throw Error(code, std::string(what) + ": " + std::strerror(errno_value), std::string(where));
}

}  // namespace proviso::base
