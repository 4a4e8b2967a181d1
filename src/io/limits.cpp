#include "io/limits.h"

namespace rozaneh::io {
namespace {

// IPv4: the address; IPv6: the first 64 bits. The two cannot meet: no IPv6 network starts with 32 zero bits
// but the ones that are never a peer's.
std::uint64_t prefix_of(const IpAddress& address) {
  std::uint64_t prefix = 0;
  const std::size_t count = address.is_v6() ? 8 : 4;
  for (std::size_t i = 0; i < count; ++i) prefix = prefix << 8U | address.v6()[i];
  return prefix;
}

}  // namespace

ConnectionLimits::Place::~Place() {
  if (limits_ != nullptr) limits_->leave(prefix_);
}

std::optional<ConnectionLimits::Place> ConnectionLimits::admit(const IpAddress& address) {
  const std::uint64_t prefix = prefix_of(address);
  const std::scoped_lock lock(mutex_);
  if (options_.total > 0 && held_ >= options_.total) return std::nullopt;
  std::size_t& here = by_prefix_[prefix];
  if (options_.per_address > 0 && here >= options_.per_address) return std::nullopt;
  ++here;
  ++held_;
  return std::optional<Place>(std::in_place, *this, prefix);
}

void ConnectionLimits::leave(std::uint64_t prefix) {
  const std::scoped_lock lock(mutex_);
  --held_;
  const auto found = by_prefix_.find(prefix);
  if (--found->second == 0) by_prefix_.erase(found);
}

void ConnectionLimits::change(Options options) {
  const std::scoped_lock lock(mutex_);
  options_ = options;
}

std::size_t ConnectionLimits::held() const {
  const std::scoped_lock lock(mutex_);
  return held_;
}

}  // namespace rozaneh::io
