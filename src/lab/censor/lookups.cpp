#include "lab/censor/lookups.h"

namespace rozaneh::lab {

void Lookups::note(const IpAddress& client, const IpAddress& told, Moment now) {
  const std::pair key(client, told);
  if (told_.size() >= kMost && !told_.contains(key)) told_.erase(told_.begin());
  told_[key] = now;
}

bool Lookups::knows(const IpAddress& client, const IpAddress& address, Moment since) const {
  const auto found = told_.find({client, address});
  return found != told_.end() && found->second >= since;
}

}  // namespace rozaneh::lab
