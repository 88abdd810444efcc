// Mail by GMime: messages (RFC 5322) and mailboxes (mbox).
#pragma once

namespace proviso::media {

// Before confinement: GMime and what it loads at first use; nothing it has to say goes to standard
// error.
void prepare_mail();

}  // namespace proviso::media
