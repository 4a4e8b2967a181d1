// What is told of one flow.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/flow/key.h"
#include "lab/packet/moment.h"

namespace rozaneh::lab {

enum class Protocol {
  unknown,  // data that nothing recognises
  no_data,  // packets without data
  dns,
  http,
  tls,
  quic,
  ssh,
  openvpn,
  wireguard,
  ike,
  esp,
  pptp,
  gre,
  icmp,
};

// "tls", "no-data", ...: as it is printed.
std::string_view name_of(Protocol protocol);

// The rules that a flow can hit, by what was seen of it; a censor may ask for more (a port, a destination, a
// share of all flows).
enum class Rule {
  fully_encrypted,          // Wu et al. 2023: no exemption holds for the client's first packet
  fully_encrypted_ndpi,     // the same as nDPI has it, for what is not recognised
  fully_encrypted_opengfw,  // the same as OpenGFW has it
  not_on_whitelist,         // Iran 2020: the first two packets, on ports 53, 80 and 443
  shadowsocks_length,       // Alice et al. 2020: the first packet has a length that was favoured for replays
  inner_handshake,          // nDPI: a TLS handshake inside of TLS, or of what is not recognised
  trojan,                   // OpenGFW's tree, for TLS
  client_key_exchange,      // Kazakhstan 2012: TLS up to 1.2 that came so far
};

// "fully-encrypted", ...: as it is printed.
std::string_view name_of(Rule rule);

struct FlowReport {
  FlowKey key;
  Moment begin{};
  Moment end{};
  std::uint64_t packets_up = 0;
  std::uint64_t packets_down = 0;
  std::uint64_t bytes_up = 0;  // of payloads, repeats included
  std::uint64_t bytes_down = 0;
  Protocol protocol = Protocol::no_data;
  // The server's name as the client says it (SNI, Host), what is asked of DNS, or the SSH server's
  // identification.
  std::string name;
  std::string version;  // "TLS 1.3", "HTTP/1.1", "QUIC 1", "IKEv2"; empty where there is none
  std::string ja3;      // of a ClientHello
  std::string ja4;
  std::string exemption;  // which one holds against the rule for encrypted traffic; empty where none does
  std::vector<Rule> hits;

  [[nodiscard]] bool hit(Rule rule) const { return std::ranges::find(hits, rule) != hits.end(); }
};

}  // namespace rozaneh::lab
