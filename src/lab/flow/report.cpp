#include "lab/flow/report.h"

namespace rozaneh::lab {

std::string_view name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::unknown:
      return "unknown";
    case Protocol::no_data:
      return "no-data";
    case Protocol::dns:
      return "dns";
    case Protocol::http:
      return "http";
    case Protocol::tls:
      return "tls";
    case Protocol::quic:
      return "quic";
    case Protocol::ssh:
      return "ssh";
    case Protocol::openvpn:
      return "openvpn";
    case Protocol::wireguard:
      return "wireguard";
    case Protocol::ike:
      return "ike";
    case Protocol::esp:
      return "esp";
    case Protocol::pptp:
      return "pptp";
    case Protocol::gre:
      return "gre";
    case Protocol::icmp:
      return "icmp";
  }
  return "";
}

std::string_view name_of(Rule rule) {
  switch (rule) {
    case Rule::fully_encrypted:
      return "fully-encrypted";
    case Rule::fully_encrypted_ndpi:
      return "fully-encrypted-ndpi";
    case Rule::fully_encrypted_opengfw:
      return "fully-encrypted-opengfw";
    case Rule::not_on_whitelist:
      return "not-on-whitelist";
    case Rule::shadowsocks_length:
      return "shadowsocks-length";
    case Rule::inner_handshake:
      return "inner-handshake";
    case Rule::trojan:
      return "trojan";
    case Rule::client_key_exchange:
      return "client-key-exchange";
  }
  return "";
}

}  // namespace rozaneh::lab
