#include "transport/http/server_side.h"

namespace rozaneh::http {

bool ServerSide::take(std::uint64_t offset, Bytes body, bool end) {
  if (offset > received()) return false;
  const std::uint64_t behind = offset + body.size();
  if (up_ended_) return behind <= received_ && (!end || behind == received_);
  const std::uint64_t known = received_ - std::min(offset, received_);
  if (known <= body.size()) {
    const Bytes fresh = body.subspan(known);
    const std::size_t count = std::min(fresh.size(), kUpWindow - std::min(up_.size(), kUpWindow));
    up_.push(fresh.first(count));
    received_ += count;
  }
  if (end && behind < received_) return false;
  up_ended_ = end && behind == received_;
  return true;
}

std::size_t ServerSide::put(Bytes bytes, std::size_t window) {
  const std::size_t count = std::min(bytes.size(), window - std::min(down_.size(), window));
  down_.push(bytes.first(count));
  return count;
}

bool ServerSide::acknowledge(std::uint64_t offset) {
  if (offset < acknowledged_) return true;
  if (offset > sent() + (down_ended_ ? 1 : 0)) return false;
  if (offset == sent() + 1) down_over_ = true;
  const std::size_t count = std::min<std::uint64_t>(offset - acknowledged_, down_.size());
  down_.pop(count);
  acknowledged_ += count;
  return true;
}

Bytes ServerSide::down(std::uint64_t offset) const {
  if (offset < acknowledged_ || offset >= sent()) return {};
  const Bytes rest = down_.view().subspan(offset - acknowledged_);
  return rest.first(std::min(rest.size(), kMostDown));
}

}  // namespace rozaneh::http
