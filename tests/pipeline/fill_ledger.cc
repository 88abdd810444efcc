// fill_ledger LEDGER PRIVATE_KEY COUNT: appends so many entries of no meaning to a rehearsal
// ledger, as no tool does at once: for cases that need a long one.
#include <cstdlib>
#include <memory>
#include <vector>

#include "crypto/keys.h"
#include "ledger/ledger.h"

int main(int argc, char** argv) {
  using namespace proviso;
  if (argc != 4) return 64;
  const auto key = std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::open(argv[2]));
  ledger::Ledger ledger = ledger::Ledger::open_to_append(argv[1], key, true);
  constexpr std::uint64_t kGroup = 1000;
  for (std::uint64_t left = std::strtoull(argv[3], nullptr, 10); left > 0;) {
    const std::uint64_t count = left < kGroup ? left : kGroup;
    ledger.append(std::vector<ledger::Entry>(count, {"test.event", "test", "", ""}));
    left -= count;
  }
}
