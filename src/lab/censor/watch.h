// What a censor keeps of one flow while it makes up its mind.
#pragma once

#include <array>
#include <optional>

#include "lab/flow/stream_prefix.h"
#include "lab/recognise/openvpn.h"
#include "lab/recognise/tls.h"
#include "lab/recognise/wireguard.h"

namespace rozaneh::lab {

class Watch {
 public:
  // Takes in a packet of the flow, in the order in which they pass. `keeps_streams`: whether anybody asks for
  // more than the packet in hand. Nothing is put together of a TCP connection whose client's SYN was not
  // seen.
  void take(const PacketView& packet, Direction direction, bool keeps_streams);

  struct Traffic {
    std::uint64_t packets = 0;
    std::uint64_t with_data = 0;
    std::uint64_t bytes = 0;  // of payload, repeated ones too
  };
  [[nodiscard]] const Traffic& traffic(Direction direction) const { return traffic_[index(direction)]; }

  // The payloads of the client's first two packets with data, as they came.
  [[nodiscard]] const std::array<Buffer, 2>& first_payloads() const { return first_payloads_; }

  // Gives back what was put together, when nobody will ask for it any more.
  void put_away();

  // Bytes that are kept, about: the beginnings of the streams, as much again for what is read out of them,
  // and the first payloads.
  [[nodiscard]] std::size_t held() const;

  [[nodiscard]] bool began_with_syn() const { return began_with_syn_; }
  // The beginning of a TCP stream, put together.
  [[nodiscard]] Bytes stream(Direction direction) const { return streams_[index(direction)].bytes(); }
  [[nodiscard]] bool is_full(Direction direction) const { return streams_[index(direction)].is_full(); }

  [[nodiscard]] const TlsObserver& tls() const { return *tls_; }
  // The first of each kind in each direction: a stream of records without end costs no more than one of them.
  [[nodiscard]] const std::vector<TlsEvent>& tls_events() const { return tls_events_; }
  [[nodiscard]] Looks openvpn() const { return openvpn_.looks(); }
  [[nodiscard]] Looks wireguard() const { return wireguard_.looks(); }

 private:
  static std::size_t index(Direction direction) { return direction == Direction::up ? 0 : 1; }
  void put_together(const PacketView& packet, Direction direction);

  std::array<Traffic, 2> traffic_;
  std::array<StreamPrefix, 2> streams_;
  std::array<std::size_t, 2> told_{};  // bytes of the streams that the TLS observer has had
  std::array<Buffer, 2> first_payloads_;
  bool began_with_syn_ = false;
  std::optional<TlsObserver> tls_{std::in_place};
  std::vector<TlsEvent> tls_events_;
  OpenVpnObserver openvpn_;
  WireGuardObserver wireguard_;
};

}  // namespace rozaneh::lab
