// Prints what the recognisers see of recorded traffic, for the comparison with tshark: reads lines "up HEX",
// "down HEX" (one TCP connection) or "udp HEX" (a client's datagrams of one flow), writes a line an event,
// "key=value" between spaces.
#include <iostream>

#include "base/encoding.h"
#include "lab/recognise/ja.h"
#include "lab/recognise/quic.h"
#include "lab/recognise/tls.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::lab;

constexpr const char* kKinds[] = {
    "client_hello",        "server_hello",      "certificate",         "server_key_exchange",
    "certificate_request", "server_hello_done", "client_key_exchange", "other_handshake",
    "change_cipher_spec",  "finished",          "encrypted_handshake", "alert",
    "application_data",    "heartbeat"};

template <class Numbers>
std::string list(const Numbers& numbers) {
  std::string text;
  for (const auto number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

void show_hello(const tls::ClientHello& hello, HelloCarrier carrier) {
  std::vector<std::uint16_t> types;
  for (const auto& extension : hello.extensions) types.push_back(extension.type);
  std::string alpn;
  for (const auto& name : hello.alpn) alpn += (alpn.empty() ? "" : ",") + name;
  std::cout << " name=" << hello.server_name.value_or("") << " alpn=" << alpn
            << " ciphers=" << list(hello.cipher_suites) << " extensions=" << list(types)
            << " groups=" << list(hello.supported_groups) << " versions=" << list(hello.supported_versions)
            << " algorithms=" << list(hello.signature_algorithms)
            << " shares=" << list(hello.key_share_groups) << " ja3_text=" << ja3_text(hello)
            << " ja3=" << ja3(hello) << " ja4=" << ja4(hello, carrier);
}

struct Shown {
  void operator()(std::monostate) const {}
  void operator()(const tls::ClientHello& hello) const { show_hello(hello, HelloCarrier::tcp); }
  void operator()(const Sslv2ClientHello& hello) const {
    std::cout << " ciphers=" << list(hello.cipher_specs);
  }
  void operator()(const tls::ServerHello& hello) const {
    std::cout << " version=" << hello.version << " cipher=" << hello.cipher_suite
              << " retry=" << hello.retry_request;
  }
  void operator()(const CertificateChain& chain) const {
    std::cout << " count=" << chain.count << " chain=" << chain.size;
    if (!chain.leaf) return;
    std::cout << " not_before=" << chain.leaf->not_before << " not_after=" << chain.leaf->not_after
              << " common_name=" << chain.leaf->common_name << " alternative=";
    for (const auto& name : chain.leaf->alternative) std::cout << name << ",";
  }
  void operator()(const TlsKeyExchange& exchange) const {
    std::cout << " prime=" << encode_hex(exchange.prime) << " curve=" << exchange.curve;
  }
  void operator()(const TlsAlert& alert) const {
    std::cout << " level=" << int{alert.level} << " description=" << int{alert.description};
  }
};

void show(const TlsEvent& event) {
  std::cout << "direction=" << (event.direction == Direction::up ? "up" : "down")
            << " kind=" << kKinds[static_cast<std::size_t>(event.kind)] << " size=" << event.size;
  std::visit(Shown{}, event.detail);
  std::cout << "\n";
}

}  // namespace

int main() {
  TlsObserver observer;
  QuicHelloReader quic;
  std::string way;
  std::string hex;
  bool datagrams = false;
  while (std::cin >> way >> hex) {
    const Buffer bytes = decode_hex(hex).value();
    datagrams = way == "udp";
    if (datagrams) quic.feed(bytes);
    if (datagrams) continue;
    for (const auto& event : observer.feed(way == "up" ? Direction::up : Direction::down, bytes)) show(event);
  }
  if (datagrams && quic.feed({}) == QuicHelloReader::Answer::hello) {
    std::cout << "kind=quic_hello version=" << quic.version();
    show_hello(quic.hello(), HelloCarrier::quic);
    std::cout << "\n";
  }
}
