// Mail by GMime: messages (RFC 5322) and mailboxes (mbox).
#pragma once

namespace proviso::media {

// Loads GMime and what it loads at first use, before confinement. Its messages do not go to
// standard error.
void prepare_mail();

}  // namespace proviso::media
