#include "lab/censor/watch.h"

#include <algorithm>
#include <utility>

namespace rozaneh::lab {

void Watch::take(const PacketView& packet, Direction direction, bool keeps_streams) {
  Traffic& traffic = traffic_[index(direction)];
  ++traffic.packets;
  if (const TcpHeader* tcp = packet.tcp(); tcp != nullptr && tcp->has(kSyn) && !tcp->has(kAck))
    began_with_syn_ = true;
  if (!packet.payload().empty()) {
    if (keeps_streams && direction == Direction::up && traffic.with_data < first_payloads_.size())
      append(first_payloads_[traffic.with_data], packet.payload());
    ++traffic.with_data;
    traffic.bytes += packet.payload().size();
  }
  if (keeps_streams) put_together(packet, direction);
}

void Watch::put_together(const PacketView& packet, Direction direction) {
  if (packet.udp() != nullptr) {
    openvpn_.add(direction, packet.payload());
    wireguard_.add(direction, packet.payload());
  }
  const TcpHeader* tcp = packet.tcp();
  if (tcp == nullptr || !began_with_syn_) return;
  StreamPrefix& prefix = streams_[index(direction)];
  if (!prefix.add(*tcp, packet.payload())) return;
  const Bytes fresh = prefix.bytes().subspan(std::exchange(told_[index(direction)], prefix.size()));
  for (TlsEvent& event : tls_->feed(direction, fresh)) {
    const auto same = [&event](const TlsEvent& known) {
      return known.kind == event.kind && known.direction == event.direction;
    };
    if (std::ranges::none_of(tls_events_, same)) tls_events_.push_back(std::move(event));
  }
}

std::size_t Watch::held() const {
  std::size_t total = 0;
  for (const StreamPrefix& each : streams_) total += 2 * each.held();
  for (const Buffer& each : first_payloads_) total += each.capacity();
  return total;
}

void Watch::put_away() {
  streams_.fill(StreamPrefix());
  first_payloads_ = {};
  told_ = {};
  tls_.emplace();
  tls_events_ = {};
}

}  // namespace rozaneh::lab
