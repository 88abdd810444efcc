#include "crypto/openssl.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <limits>

namespace proviso::crypto {

std::string openssl_reason() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  if (error == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(error);
  return reason != nullptr ? reason : fmt::format("error {:x}", error);
}

void throw_openssl(std::string_view what, base::ExitCode code, std::string_view where) {
  throw base::Error(code, fmt::format("{}: {}", what, openssl_reason()), std::string(where));
}

UniqueBio reading_bio(std::span<const std::byte> bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw base::Error(base::ExitCode::data, "message is larger than 2 GiB");
  }
  // With a null pointer the BIO of an empty message could not be read.
  static const char empty = 0;
  UniqueBio bio(BIO_new_mem_buf(bytes.empty() ? static_cast<const void*>(&empty) : bytes.data(),
                                static_cast<int>(bytes.size())));
  if (!bio) throw_openssl("cannot read from memory");
  return bio;
}

UniqueBio writing_bio() {
  // The memory is wiped when it grows and when it is freed; it is in OpenSSL's secure heap if the
  // process has one.
  UniqueBio bio(BIO_new(BIO_s_secmem()));
  if (!bio) throw_openssl("cannot write to memory");
  return bio;
}

std::span<const std::byte> contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  if (size <= 0) return {};
  return base::as_bytes(std::string_view(data, static_cast<std::size_t>(size)));
}

}  // namespace proviso::crypto
