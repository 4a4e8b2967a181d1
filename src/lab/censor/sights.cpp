#include "lab/censor/sights.h"

#include <algorithm>
#include <array>
#include <ranges>

#include "base/encoding.h"
#include "lab/recognise/dns.h"
#include "lab/recognise/fully_encrypted.h"
#include "lab/recognise/http.h"
#include "lab/recognise/ipsec.h"
#include "lab/recognise/ja.h"
#include "lab/recognise/pptp.h"
#include "lab/recognise/quic.h"
#include "lab/recognise/quic_gfw.h"
#include "lab/recognise/shadowsocks_first.h"
#include "lab/recognise/ssh.h"
#include "lab/recognise/tls_packet.h"
#include "lab/recognise/whitelist.h"

namespace rozaneh::lab {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

Looks yes_if(bool condition) { return condition ? Looks::yes : Looks::no; }

bool name_fits(const Sight& sight, const std::optional<std::string>& name) {
  if (sight.names.empty()) return true;
  return (name && is_listed(*name, sight.names, sight.case_sensitive)) != sight.names_allow;
}

bool is_first_data(const Glimpse& glimpse, Direction direction) {
  return glimpse.direction == direction && !glimpse.packet.payload().empty() &&
         glimpse.watch.traffic(direction).with_data == 1;
}

// What a sight looks at: the stream so far, or this packet if it goes that way.
Bytes seen_of(const Sight& sight, const Glimpse& glimpse, Direction direction) {
  if (sight.stream && glimpse.packet.tcp() != nullptr) return glimpse.watch.stream(direction);
  return glimpse.direction == direction ? glimpse.packet.payload() : Bytes();
}

Looks anything(const Sight& /*sight*/, const Glimpse& /*glimpse*/) { return Looks::yes; }

Looks tls(const Sight& sight, const Glimpse& glimpse) {
  return starts_tls(seen_of(sight, glimpse, Direction::up));
}

bool fits(const Sight& sight, const tls::ClientHello& hello, HelloCarrier carrier) {
  const auto listed = [](const std::vector<std::string>& list, const std::string& value) {
    return list.empty() || std::ranges::find(list, value) != list.end();
  };
  return name_fits(sight, hello.server_name) &&
         (sight.ciphers.empty() || sight.ciphers == hello.cipher_suites) &&
         (sight.groups.empty() || sight.groups == hello.supported_groups) &&
         (sight.signatures.empty() || sight.signatures == hello.signature_algorithms) &&
         std::ranges::all_of(sight.extensions, [&hello](std::uint16_t type) { return hello.has(type); }) &&
         (sight.ja3.empty() || listed(sight.ja3, ja3(hello))) &&
         (sight.ja4.empty() || listed(sight.ja4, ja4(hello, carrier)));
}

// The first event of a kind that passes the test. `no` once the connection is no TLS, an event of the kind
// does not pass, or its side has gone over to what is encrypted.
template <class Test>
Looks event(const Glimpse& glimpse, Direction from, TlsEvent::Kind kind, const Test& test) {
  if (glimpse.packet.tcp() == nullptr) return Looks::no;
  const Watch& watch = glimpse.watch;
  for (const TlsEvent& each : watch.tls_events())
    if (each.kind == kind && each.direction == from) return yes_if(test(each));
  const bool over = std::ranges::any_of(watch.tls_events(), [from](const TlsEvent& each) {
    return each.direction == from && each.kind == TlsEvent::Kind::application_data;
  });
  return over || watch.tls().looks() == Looks::no || watch.tls().broken(from) ? Looks::no : Looks::more;
}

// Whether a hello that cannot be read, or one of SSL 2.0 without extensions, is what is looked for.
bool fits_unread(const Sight& sight) {
  return (sight.names.empty() || sight.names_allow) && sight.ciphers.empty() && sight.groups.empty() &&
         sight.signatures.empty() && sight.extensions.empty() && sight.ja3.empty() && sight.ja4.empty();
}

bool any(const TlsEvent& /*event*/) { return true; }

Looks client_hello(const Sight& sight, const Glimpse& glimpse) {
  if (sight.stream)
    return event(glimpse, Direction::up, TlsEvent::Kind::client_hello, [&sight](const TlsEvent& each) {
      const auto* hello = std::get_if<tls::ClientHello>(&each.detail);
      return hello == nullptr ? fits_unread(sight) : fits(sight, *hello, HelloCarrier::tcp);
    });
  if (glimpse.direction != Direction::up) return Looks::no;
  const auto found = client_hello_in_packet(glimpse.packet.payload());
  return yes_if(found && fits(sight, found->hello, HelloCarrier::tcp));
}

// The beginning of a handshake alone, which is there before the whole hello is.
Looks handshake(const Sight& sight, const Glimpse& glimpse) {
  return looks_like_client_hello(seen_of(sight, glimpse, Direction::up));
}

bool fits(const Sight& sight, const tls::ServerHello& hello) {
  return sight.ciphers.empty() || std::ranges::find(sight.ciphers, hello.cipher_suite) != sight.ciphers.end();
}

Looks server_hello(const Sight& sight, const Glimpse& glimpse) {
  if (sight.stream)
    return event(glimpse, Direction::down, TlsEvent::Kind::server_hello, [&sight](const TlsEvent& each) {
      const auto* hello = std::get_if<tls::ServerHello>(&each.detail);
      return hello == nullptr ? sight.ciphers.empty() : fits(sight, *hello);
    });
  const Bytes payload = seen_of(sight, glimpse, Direction::down);
  const Looks looks = looks_like_server_hello(payload);
  if (looks != Looks::yes || sight.ciphers.empty()) return looks;
  const auto hello = server_hello_in_packet(payload);
  return yes_if(hello && fits(sight, *hello));
}

Looks certificate(const Sight& sight, const Glimpse& glimpse) {
  return event(glimpse, Direction::down, TlsEvent::Kind::certificate, [&sight](const TlsEvent& each) {
    const auto* chain = std::get_if<CertificateChain>(&each.detail);
    if (chain == nullptr || !chain->leaf) return false;
    const auto& leaf = *chain->leaf;
    const bool named = sight.names.empty() || is_listed(leaf.common_name, sight.names) ||
                       std::ranges::any_of(leaf.alternative, [&sight](const std::string& name) {
                         return is_listed(name, sight.names);
                       });
    return named && (!sight.lifetime_below || leaf.lifetime() < *sight.lifetime_below);
  });
}

Looks server_key_exchange(const Sight& sight, const Glimpse& glimpse) {
  return event(glimpse, Direction::down, TlsEvent::Kind::server_key_exchange, [&sight](const TlsEvent& each) {
    const auto* exchange = std::get_if<TlsKeyExchange>(&each.detail);
    return sight.prime.empty() || (exchange != nullptr && encode_hex(exchange->prime) == sight.prime);
  });
}

Looks client_key_exchange(const Sight& sight, const Glimpse& glimpse) {
  if (sight.stream) return event(glimpse, Direction::up, TlsEvent::Kind::client_key_exchange, any);
  return yes_if(glimpse.direction == Direction::up && has_client_key_exchange(glimpse.packet.payload()));
}

// The request that stands at the beginning of `up`.
Looks http_request(const Sight& sight, Bytes up) {
  const Looks looks = looks_like_http(up);
  if (looks != Looks::yes || (sight.names.empty() && sight.keywords.empty())) return looks;
  const auto request = parse_http_request(up);
  if (!request) return Looks::more;
  const auto name = request->name();
  const std::string where = lower(std::string(request->target) + ' ' + name.value_or(""));
  const bool keyword =
      sight.keywords.empty() || std::ranges::any_of(sight.keywords, [&where](const std::string& word) {
        return where.contains(lower(word));
      });
  const bool name_known = name || request->complete;  // Host may still come
  if (keyword && (name_known || sight.names.empty()) && name_fits(sight, name)) return Looks::yes;
  return request->complete ? Looks::no : Looks::more;
}

// Any request of the connection: `no` is for what is no HTTP.
Looks http(const Sight& sight, const Glimpse& glimpse) {
  if (glimpse.direction != Direction::up) return Looks::more;
  for (Bytes up = seen_of(sight, glimpse, Direction::up);;) {
    const Looks looks = http_request(sight, up);
    if (looks != Looks::no || looks_like_http(up) != Looks::yes) return looks;
    const auto size = http_request_size(up);
    if (!size || *size >= up.size()) return Looks::more;
    up = up.subspan(*size);
  }
}

Looks dns(const Sight& sight, const Glimpse& glimpse) {
  const bool datagram = glimpse.packet.udp() != nullptr;
  const Bytes up = seen_of(sight, glimpse, Direction::up);
  const Looks looks = datagram ? yes_if(is_dns_query(up)) : looks_like_dns_over_tcp(up);
  if (looks != Looks::yes || sight.names.empty()) return looks;
  const auto message = datagram ? parse_dns(up) : parse_dns_over_tcp(up);
  if (!message || message->questions.empty()) return datagram ? Looks::no : Looks::more;
  return yes_if(name_fits(sight, message->questions.front().name));
}

Looks quic(const Sight& sight, const Glimpse& glimpse) {
  if (glimpse.packet.udp() == nullptr || glimpse.direction != Direction::up) return Looks::no;
  if (sight.names.empty()) return yes_if(is_quic_client_initial(glimpse.packet.payload()));
  const auto hello = gfw_client_hello(glimpse.packet.payload());
  return yes_if(hello && fits(sight, *hello, HelloCarrier::quic));
}

Looks ssh(const Sight& sight, const Glimpse& glimpse) {
  return looks_like_ssh(seen_of(sight, glimpse, Direction::up));
}

Looks openvpn(const Sight& sight, const Glimpse& glimpse) {
  if (glimpse.packet.udp() != nullptr) return glimpse.watch.openvpn();
  return looks_like_openvpn_over_tcp(seen_of(sight, glimpse, Direction::up),
                                     seen_of(sight, glimpse, Direction::down));
}

Looks wireguard(const Sight& /*sight*/, const Glimpse& glimpse) {
  return glimpse.packet.udp() != nullptr ? glimpse.watch.wireguard() : Looks::no;
}

Looks ipsec(const Sight& /*sight*/, const Glimpse& glimpse) {
  if (glimpse.packet.esp() != nullptr) return Looks::yes;
  if (glimpse.packet.udp() == nullptr) return Looks::no;
  const std::uint16_t port =
      (glimpse.direction == Direction::up ? glimpse.packet.destination() : glimpse.packet.source()).port;
  return yes_if(recognise_ipsec(glimpse.packet.payload(), port) != IpsecUdp::none);
}

Looks pptp(const Sight& sight, const Glimpse& glimpse) {
  if (const auto* gre = glimpse.packet.gre(); gre != nullptr) return yes_if(gre->is_pptp());
  return looks_like_pptp(seen_of(sight, glimpse, Direction::up));
}

// The first packet with data, never put together.
Looks fully_encrypted(const Sight& /*sight*/, const Glimpse& glimpse) {
  if (glimpse.packet.tcp() == nullptr) return Looks::no;
  if (!is_first_data(glimpse, Direction::up))
    return glimpse.watch.traffic(Direction::up).with_data == 0 ? Looks::more : Looks::no;
  return yes_if(!exemption_of(glimpse.packet.payload()));
}

// What drew China's probes to Shadowsocks: the length of the first packet with data (72 % and 96 % of the
// replayed ones had the favoured remainders; the others were drawn too). TLS and HTTP drew none.
Looks shadowsocks_first(const Sight& /*sight*/, const Glimpse& glimpse) {
  if (glimpse.packet.tcp() == nullptr) return Looks::no;
  if (!is_first_data(glimpse, Direction::up))
    return glimpse.watch.traffic(Direction::up).with_data == 0 ? Looks::more : Looks::no;
  const Bytes payload = glimpse.packet.payload();
  return yes_if(probe_attraction(payload).length_fits && starts_tls(payload) != Looks::yes &&
                looks_like_http(payload) != Looks::yes);
}

Looks not_http(const Sight& sight, const Glimpse& glimpse) {
  switch (looks_like_http(seen_of(sight, glimpse, Direction::up))) {
    case Looks::no:
      return Looks::yes;
    case Looks::yes:
      return Looks::no;
    case Looks::more:
      break;
  }
  return Looks::more;
}

// Iran's whitelister judges two packets together and puts nothing in order.
Looks not_whitelisted(const Sight& /*sight*/, const Glimpse& glimpse) {
  if (glimpse.packet.tcp() == nullptr) return Looks::no;
  const auto& [first, second] = glimpse.watch.first_payloads();
  const Admitted admitted = admit(first, second);
  if (admitted == Admitted::undecided) return Looks::more;
  return yes_if(admitted == Admitted::none);
}

struct Named {
  std::string_view name;
  Looks (*look)(const Sight&, const Glimpse&);
  Direction from = Direction::up;  // whose bytes settle it
};

constexpr std::array kSights = std::to_array<Named>({
    {"anything", &anything},
    {"dns", &dns},
    {"fully-encrypted", &fully_encrypted},
    {"http", &http},
    {"ipsec", &ipsec},
    {"not-http", &not_http},
    {"not-whitelisted", &not_whitelisted},
    {"openvpn", &openvpn},
    {"pptp", &pptp},
    {"quic", &quic},
    {"shadowsocks-first", &shadowsocks_first},
    {"ssh", &ssh},
    {"tls", &tls},
    {"tls-certificate", &certificate, Direction::down},
    {"tls-client-hello", &client_hello},
    {"tls-client-key-exchange", &client_key_exchange},
    {"tls-handshake", &handshake},
    {"tls-server-hello", &server_hello, Direction::down},
    {"tls-server-key-exchange", &server_key_exchange, Direction::down},
    {"wireguard", &wireguard},
});

}  // namespace

std::vector<std::string_view> sight_names() {
  std::vector<std::string_view> names;
  names.reserve(kSights.size());
  for (const Named& each : kSights) names.push_back(each.name);
  return names;
}

Looks look(const Sight& sight, const Glimpse& glimpse) {
  const auto* found = std::ranges::find(kSights, sight.what, &Named::name);
  if (found == kSights.end()) return Looks::no;
  const Watch& watch = glimpse.watch;
  const std::uint64_t with_data = watch.traffic(found->from).with_data;
  if (sight.within_packets > 0 && with_data > sight.within_packets) return Looks::no;
  const TcpHeader* tcp = glimpse.packet.tcp();
  const bool reassembles = sight.stream && tcp != nullptr && found->look != &anything;
  if (reassembles && !watch.began_with_syn()) return Looks::no;
  if (sight.tcp_header > 0 && (tcp == nullptr || tcp->size != sight.tcp_header)) return Looks::more;
  const Looks looks = found->look(sight, glimpse);
  if (looks == Looks::yes) return looks;
  if (sight.within_packets > 0 && with_data >= sight.within_packets) return Looks::no;
  if (!sight.stream) return Looks::more;
  return reassembles && watch.is_full(found->from) ? Looks::no : looks;
}

bool is_listed(std::string_view name, const std::vector<std::string>& names, bool case_sensitive) {
  const auto as_compared = [case_sensitive](std::string_view text) {
    return case_sensitive ? std::string(text) : lower(text);
  };
  std::string plain = as_compared(name);
  if (plain.ends_with('.')) plain.pop_back();
  return std::ranges::any_of(names, [&](const std::string& each) {
    std::string listed = as_compared(each);
    if (listed.size() > 1 && listed.ends_with('.')) listed.pop_back();
    if (!listed.starts_with('.')) return plain == listed;
    return plain.ends_with(listed) || plain == std::string_view(listed).substr(1);
  });
}

}  // namespace rozaneh::lab
