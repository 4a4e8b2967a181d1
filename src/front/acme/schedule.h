// When to ask an authority again. Pure: times and randomness are handed in.
#pragma once

#include <deque>

#include "base/random.h"
#include "front/acme/documents.h"
#include "front/certificates/chain.h"

namespace rozaneh::front::acme {

// When a third of its life is left, or up to a twentieth of its life earlier, by chance: so that not all
// of one day's certificates are renewed in one minute.
Time renewal_time(const CertificateFacts& facts, Random& random);

// A time in the window that the authority suggests (RFC 9773 section 4.2); `now` where it lies behind.
Time renewal_time(const RenewalWindow& window, Random& random, Time now);

// The pause after so many failures in a row, from 5 minutes, doubled each time up to 12 hours, and up to a
// tenth longer by chance; not shorter than what the authority asked for, of which a day is believed.
std::chrono::seconds pause_after(unsigned failures, std::optional<std::chrono::seconds> leave_alone,
                                 Random& random);

// Names a certificate to its authority (RFC 9773 section 4.1), or empty if it has no authority key
// identifier.
std::string renewal_id(const CertificateFacts& facts);

// Never more than so many orders an hour, also over restarts of a program that dies again and again.
class OrderBudget {
 public:
  static constexpr std::size_t kAnHour = 5;

  // Times in seconds since 1970, one a line; what is malformed or in the future is left out.
  static OrderBudget parse(std::string_view text, Time now);
  [[nodiscard]] std::string text() const;

  // How long to wait until the next may be begun.
  [[nodiscard]] std::chrono::seconds wait(Time now) const;
  void spend(Time now);

 private:
  std::deque<Time> spent_;  // at most kAnHour, oldest first
};

}  // namespace rozaneh::front::acme
