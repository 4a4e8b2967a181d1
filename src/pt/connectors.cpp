#include "pt/connectors.h"

#include <algorithm>

namespace rozaneh::pt {

Result<std::shared_ptr<BridgeWay>> Connectors::get(const Arguments& arguments, Random& random) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(entries_, arguments, &Entry::arguments);
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return found->way;
  }
  const Arguments all = with_defaults(arguments, parts_.defaults, transport_.name());
  auto connector =
      transport_.connector({.arguments = all, .state = parts_.state, .random = random, .log = parts_.output});
  if (!connector) return std::unexpected(connector.error());
  entries_.push_front({arguments, std::make_shared<BridgeWay>(std::move(*connector))});
  if (entries_.size() > kMostKept) entries_.pop_back();
  return entries_.front().way;
}

std::size_t Connectors::kept() const {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

}  // namespace rozaneh::pt
