// Private keys in a PKCS#11 token, through libengine-pkcs11-openssl. OSSL_STORE of OpenSSL 3.0 has
// no PKCS#11 loader. The engine interface is deprecated, but it is what Debian 12 has.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/engine.h>
#include <openssl/ui.h>

#include "crypto/openssl.h"

namespace proviso::crypto {

UniquePkey open_pkcs11(const std::string& uri) {
  const std::string hint =
      "install libengine-pkcs11-openssl and name the module with PKCS11_MODULE_PATH; the PIN may "
      "stand in the URI as "
      "pin-source=file:PATH";
  using UniqueEngine = std::unique_ptr<ENGINE, OpensslFree<ENGINE_free>>;
  ENGINE_load_dynamic();
  const UniqueEngine engine(ENGINE_by_id("pkcs11"));
  if (!engine) {
    throw base::Error(base::ExitCode::config,
                      "the OpenSSL engine 'pkcs11' cannot be loaded: " + openssl_reason(),
                      "pkcs11 key", hint);
  }
  if (ENGINE_init(engine.get()) != 1) {
    throw base::Error(base::ExitCode::config,
                      "the PKCS#11 module cannot be started: " + openssl_reason(), "pkcs11 key",
                      hint);
  }
  // Never prompt: nobody is there to answer on a scanning host.
  UniquePkey key(ENGINE_load_private_key(engine.get(), uri.c_str(),
                                         const_cast<UI_METHOD*>(UI_null()), nullptr));
  ENGINE_finish(engine.get());
  if (!key) {
    throw base::Error(base::ExitCode::config,
                      "the token has no such private key: " + openssl_reason(), "pkcs11 key", hint);
  }
  return key;
}

}  // namespace proviso::crypto
