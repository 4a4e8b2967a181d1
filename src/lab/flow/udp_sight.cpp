#include "lab/flow/udp_sight.h"

#include "lab/recognise/dns.h"
#include "lab/recognise/ipsec.h"
#include "lab/recognise/ja.h"

namespace rozaneh::lab {

bool UdpSight::look_for_dns(const FlowKey& key, Bytes payload) {
  constexpr std::uint16_t kNetbios = 137;  // the same form (RFC 1002), and no DNS
  if (key.server.port == kNetbios) return false;
  if (!is_dns_query(payload) && !is_dns_response(payload)) return false;
  const auto message = parse_dns(payload);
  protocol_ = Protocol::dns;
  name_ = message->questions.at(0).name;
  return true;
}

// A client's hello may need more than one datagram, so a flow that began as QUIC is looked at again.
bool UdpSight::look_for_quic(Direction direction, Bytes payload) {
  if (direction != Direction::up || (!is_first_ && protocol_ != Protocol::quic)) return false;
  if (is_first_ && !is_quic_client_initial(payload)) return false;
  protocol_ = Protocol::quic;
  if (!ja4_.empty() || quic_.feed(payload) != QuicHelloReader::Answer::hello) return true;
  const tls::ClientHello& hello = quic_.hello();
  name_ = tls::normal_server_name(hello.server_name.value_or(""));
  version_ = quic_.version() == kQuicV2 ? "QUIC 2" : "QUIC 1";
  ja3_ = ja3(hello);
  ja4_ = ja4(hello, HelloCarrier::quic);
  return true;
}

bool UdpSight::look_for_ipsec(const FlowKey& key, Bytes payload) {
  const std::uint16_t port =
      key.server.port == kIkePort || key.server.port == kIkeNatPort ? key.server.port : key.client.port;
  switch (recognise_ipsec(payload, port)) {
    case IpsecUdp::ike_v1:
      version_ = "IKEv1";
      protocol_ = Protocol::ike;
      return true;
    case IpsecUdp::ike_v2:
      version_ = "IKEv2";
      protocol_ = Protocol::ike;
      return true;
    case IpsecUdp::esp:
      if (protocol_ != Protocol::ike) protocol_ = Protocol::esp;
      return true;
    case IpsecUdp::keepalive:
      return protocol_ != Protocol::no_data;
    case IpsecUdp::none:
      return false;
  }
  return false;
}

void UdpSight::look(Direction direction, const FlowKey& key, Bytes payload) {
  const bool open = protocol_ == Protocol::unknown || protocol_ == Protocol::no_data;
  if (open && wireguard_.add(direction, payload) == Looks::yes) {
    protocol_ = Protocol::wireguard;
    return;
  }
  if (open && openvpn_.add(direction, payload) == Looks::yes) {
    protocol_ = Protocol::openvpn;
    return;
  }
  if (look_for_quic(direction, payload)) return;
  if (open && look_for_dns(key, payload)) return;
  if ((open || protocol_ == Protocol::esp) && look_for_ipsec(key, payload)) return;
  if (protocol_ == Protocol::no_data) protocol_ = Protocol::unknown;
}

void UdpSight::add(Direction direction, const FlowKey& key, Bytes payload) {
  if (payload.empty()) return;
  look(direction, key, payload);
  is_first_ = false;
}

void UdpSight::tell(FlowReport& report) const {
  report.protocol = protocol_;
  report.name = name_;
  report.version = version_;
  report.ja3 = ja3_;
  report.ja4 = ja4_;
}

}  // namespace rozaneh::lab
