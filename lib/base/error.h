// Errors are of two kinds, and there is no third.
//
// If the run cannot go on, throw base::Error. Only cli::run() catches it, prints it and exits with
// its code. If one record cannot go on, return base::Result<T>; its ItemError becomes the record's
// "error" member.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace proviso::base {

// Exit codes of every tool (sysexits.h where it has one).
enum class ExitCode : int {
  ok = 0,
  check_failed = 1,    // dpia-check not met, audit broken, purge --verify found a leftover
  records_failed = 2,  // done, but some records became error records
  breaker = 3,         // share of hits, share of cases to purge, implausible clock: do not retry
  usage = 64,
  data = 65,  // no line is a record, or a whole file is corrupt
  no_input = 66,
  unavailable = 69,  // the gate is closed
  software = 70,
  cannot_create = 73,
  io = 74,
  temp_fail = 75,  // a lock is held: try again
  no_permission = 77,
  config = 78,  // the policy is invalid
};

// One line of a diagnostic, "where: what". `where` is empty or a place such as "policy.yaml:12:3".
struct Finding {
  std::string where;
  std::string what;
};

// Ends the run. Holds one finding, or all findings of a file that was checked as a whole.
class Error : public std::exception {
 public:
  Error(ExitCode code, std::string what, std::string where = {}, std::string hint = {});
  Error(ExitCode code, std::vector<Finding> findings, std::string hint = {});

  ExitCode code() const noexcept { return code_; }
  const std::vector<Finding>& findings() const noexcept { return findings_; }
  const std::string& hint() const noexcept { return hint_; }
  // All findings, one per line, as "where: what".
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  ExitCode code_;
  std::vector<Finding> findings_;
  std::string hint_;
  std::string text_;
};

// Throws Error(code) with the words of strerror(errno_value).
[[noreturn]] void throw_errno(int errno_value, std::string_view what, std::string_view where,
                              ExitCode code = ExitCode::io);

// Why one record failed. `code` never changes and is listed in the manual. The spool file of a
// `retryable` error is kept.
struct ItemError {
  std::string code;  // bad_record, bad_seal, decode_failed, ...
  std::string message;
  bool retryable = false;
  std::string rule;  // the rule of law that forbids it, else empty
  std::string citation;
};

template <class T>
using Result = tl::expected<T, ItemError>;

inline tl::unexpected<ItemError> fail(std::string code, std::string message,
                                      bool retryable = false) {
  return tl::make_unexpected(ItemError{std::move(code), std::move(message), retryable, {}, {}});
}

}  // namespace proviso::base
