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
  const auto known = by_prefix_.find(prefix);
  if (const auto limit = full(known == by_prefix_.end() ? 0 : known->second)) {
    refuse(*limit);
    return std::nullopt;
  }
  ++by_prefix_[prefix];
  ++held_;
  return std::optional<Place>(std::in_place, *this, prefix);
}

std::optional<ConnectionLimits::Full> ConnectionLimits::full(std::size_t here) const {
  if (options_.total > 0 && held_ >= options_.total) return Full::total;
  if (options_.per_address > 0 && here >= options_.per_address) return Full::address;
  return std::nullopt;
}

// Under the lock.
void ConnectionLimits::refuse(Full limit) {
  Refusals& kind = refusals_.at(static_cast<std::size_t>(limit));
  ++kind.count;
  const auto now = Clock::now();
  if (log_ == nullptr || now < kind.silent_until) return;
  const std::uint64_t fresh = kind.count - std::exchange(kind.told, kind.count);
  kind.silent_until = now + kSilence;
  if (limit == Full::total)
    log_->warn("connection closed: {} are open, which is the limit ({} since the last such line)", held_,
               fresh);
  else
    log_->warn(
        "connection closed: {} are open of one address, which is the limit ({} since the last such line)",
        options_.per_address, fresh);
}

std::uint64_t ConnectionLimits::refused(Full limit) const {
  const std::scoped_lock lock(mutex_);
  return refusals_.at(static_cast<std::size_t>(limit)).count;
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
