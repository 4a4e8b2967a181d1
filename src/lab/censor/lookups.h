// Which addresses clients were told by DNS.
#pragma once

#include <map>

#include "base/address.h"
#include "lab/packet/moment.h"

namespace rozaneh::lab {

class Lookups {
 public:
  // Of 100,000 at once, a new one pushes another out.
  void note(const IpAddress& client, const IpAddress& told, Moment now);

  // Whether the client was told the address at `since` or later.
  [[nodiscard]] bool knows(const IpAddress& client, const IpAddress& address, Moment since) const;

 private:
  static constexpr std::size_t kMost = 100'000;
  std::map<std::pair<IpAddress, IpAddress>, Moment> told_;
};

}  // namespace rozaneh::lab
