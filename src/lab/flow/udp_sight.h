// What is seen of one flow of UDP datagrams.
#pragma once

#include "lab/flow/report.h"
#include "lab/recognise/openvpn.h"
#include "lab/recognise/quic.h"
#include "lab/recognise/wireguard.h"

namespace rozaneh::lab {

// Keeps nothing of the datagrams but a QUIC ClientHello that is not whole yet (16 KiB).
class UdpSight {
 public:
  void add(Direction direction, const FlowKey& key, Bytes payload);
  void tell(FlowReport& report) const;
  // Bytes that are kept, about.
  [[nodiscard]] std::size_t held() const { return quic_.held(); }

 private:
  void look(Direction direction, const FlowKey& key, Bytes payload);
  bool look_for_dns(const FlowKey& key, Bytes payload);
  bool look_for_quic(Direction direction, Bytes payload);
  bool look_for_ipsec(const FlowKey& key, Bytes payload);

  Protocol protocol_ = Protocol::no_data;
  std::string name_;
  std::string version_;
  std::string ja3_;
  std::string ja4_;
  bool is_first_ = true;
  QuicHelloReader quic_;
  OpenVpnObserver openvpn_;
  WireGuardObserver wireguard_;
};

}  // namespace rozaneh::lab
