// Envelopes: the key and the personal metadata of a case, sealed together to the review role.
// Format: FORMAT.md.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "crypto/cms.h"
#include "vault/blob.h"
#include "vault/case_store.h"

namespace proviso::vault {

struct EnvelopeContent {
  base::SecretBytes key;
  BlobWritten content;
  base::SecretBytes evidence_key;  // empty: no evidence
  std::optional<BlobWritten> evidence;
};

// CMS AuthEnvelopedData (DER) of the envelope's JSON.
base::Bytes seal_envelope(const base::CaseId&, const json::Json& metadata, const EnvelopeContent&,
                          const std::vector<crypto::Certificate>& recipients);

// Error(no_permission) if the key does not open it; Error(data) if the envelope is damaged or of
// another case.
Opened open_envelope(const base::CaseId&, std::span<const std::byte> der, const crypto::PrivateKey&,
                     const crypto::Certificate&);

}  // namespace proviso::vault
