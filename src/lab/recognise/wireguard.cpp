#include "lab/recognise/wireguard.h"

namespace rozaneh::lab {
namespace {

std::uint32_t index_at(Bytes datagram, std::size_t at) {
  return static_cast<std::uint32_t>(datagram[at]) | static_cast<std::uint32_t>(datagram[at + 1]) << 8U |
         static_cast<std::uint32_t>(datagram[at + 2]) << 16U |
         static_cast<std::uint32_t>(datagram[at + 3]) << 24U;
}

bool has_size_of(WireGuardMessage::Type type, std::size_t size) {
  switch (type) {
    case WireGuardMessage::Type::initiation:
      return size == 148;
    case WireGuardMessage::Type::response:
      return size == 92;
    case WireGuardMessage::Type::cookie_reply:
      return size == 64;
    case WireGuardMessage::Type::data:
      return size >= 32 && size % 16 == 0;
  }
  return false;
}

}  // namespace

std::optional<WireGuardMessage> parse_wireguard(Bytes datagram) {
  using enum WireGuardMessage::Type;
  if (datagram.size() < 32 || datagram[0] < 1 || datagram[0] > 4) return std::nullopt;
  if (datagram[1] != 0 || datagram[2] != 0 || datagram[3] != 0) return std::nullopt;
  WireGuardMessage message{.type = WireGuardMessage::Type{datagram[0]}, .sender = {}, .receiver = {}};
  if (!has_size_of(message.type, datagram.size())) return std::nullopt;
  if (message.type == initiation || message.type == response) message.sender = index_at(datagram, 4);
  if (message.type == response) message.receiver = index_at(datagram, 8);
  if (message.type == cookie_reply || message.type == data) message.receiver = index_at(datagram, 4);
  return message;
}

Looks WireGuardObserver::add(Direction direction, Bytes datagram) {
  if (looks_ != Looks::more) return looks_;
  const auto message = parse_wireguard(datagram);
  if (!message) return looks_ = Looks::no;
  Indexes& own = direction == Direction::up ? up_ : down_;
  const Indexes& theirs = direction == Direction::up ? down_ : up_;
  if (message->receiver) {
    const auto known = std::span(theirs.values).first(std::min(theirs.count, kRemembered));
    if (std::ranges::find(known, *message->receiver) != known.end()) return looks_ = Looks::yes;
    if (!known.empty()) return looks_ = Looks::no;
  }
  if (message->sender) own.values[own.count++ % kRemembered] = *message->sender;
  if (++unmatched_ >= kMostUnmatched) looks_ = Looks::no;
  return looks_;
}

}  // namespace rozaneh::lab
