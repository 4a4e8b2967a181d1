#include "lab/report/ladder_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "lab/packet/headers.h"

namespace rozaneh::lab {
namespace {

constexpr std::array kScenes = std::to_array<Scene>({
    {"anything", false, {}, true, "any packet", ""},
    {"dns", false, {}, true, "DNS query", "a question of DNS"},
    {"fully-encrypted", true, {}, true, "first data", "bytes that look like nothing but chance"},
    {"http", true, {}, true, "HTTP request", "a request of HTTP"},
    {"ipsec", false, {}, true, "IKE or ESP", "IPsec"},
    {"not-http", true, {}, true, "first data", "a beginning that is no HTTP"},
    {"not-whitelisted", true, {"first data"}, true, "second data", "neither DNS nor HTTP nor TLS"},
    {"openvpn", false, {}, true, "OpenVPN's first packets", "OpenVPN"},
    {"pptp", false, {}, true, "PPTP or GRE", "PPTP"},
    {"quic", false, {}, true, "QUIC Initial", "QUIC"},
    {"shadowsocks-first", true, {}, true, "first data", "a first packet as Shadowsocks sends it"},
    {"ssh", true, {}, true, "SSH identification", "SSH"},
    {"tls", true, {}, true, "ClientHello", "TLS"},
    {"tls-certificate", true, {"ClientHello", "<ServerHello"}, false, "Certificate", "a certificate"},
    {"tls-client-hello", true, {}, true, "ClientHello", "a ClientHello"},
    {"tls-client-key-exchange",
     true,
     {"ClientHello", "<ServerHello to ServerHelloDone"},
     true,
     "ClientKeyExchange",
     "the client's key exchange"},
    {"tls-handshake", true, {}, true, "ClientHello", "the beginning of a handshake"},
    {"tls-server-hello", true, {"ClientHello"}, false, "ServerHello", "the server's hello"},
    {"tls-server-key-exchange",
     true,
     {"ClientHello", "<ServerHello, Certificate"},
     false,
     "ServerKeyExchange",
     "the server's key exchange"},
    {"wireguard", false, {}, true, "WireGuard handshake", "WireGuard"},
});

std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 3;
  const std::size_t shown = std::min(names.size(), kMost);
  std::string text =
      fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

}  // namespace

Scene scene_of(const CensorRule& rule) {
  const auto* found = std::ranges::find(kScenes, rule.sight.what, &Scene::sight);
  Scene scene = found == kScenes.end()
                    ? Scene{.sight = rule.sight.what, .packet = "a packet", .found = rule.sight.what}
                    : *found;
  if (scene.sight == "anything" && rule.scope.protocol == kTcp) scene.packet = "SYN";
  return scene;
}

std::string seconds_of(Moment moment) {
  const double seconds = std::chrono::duration<double>(moment).count();
  if (seconds >= 7200) return fmt::format("{:g} hours", seconds / 3600);
  return fmt::format("{:g} s", seconds);
}

std::string flags_text(std::uint8_t flags) {
  constexpr std::array<std::pair<std::uint8_t, std::string_view>, 5> kFlags = {
      {{kRst, "RST"}, {kFin, "FIN"}, {kSyn, "SYN"}, {kPsh, "PSH"}, {kAck, "ACK"}}};
  std::vector<std::string_view> set;
  for (const auto& [flag, name] : kFlags)
    if ((flags & flag) != 0) set.push_back(name);
  return fmt::format("{}", fmt::join(set, "+"));
}

std::string sight_text(const Scene& scene, const Sight& sight) {
  std::vector<std::string> parts;
  if (!scene.found.empty()) parts.emplace_back(scene.found);
  if (!sight.names.empty())
    parts.push_back((sight.names_allow ? "any name but " : "the name ") + some_of(sight.names) +
                    (sight.case_sensitive ? " in just these letters" : ""));
  if (!sight.keywords.empty()) parts.push_back("the word " + some_of(sight.keywords));
  if (!sight.ciphers.empty())
    parts.push_back(scene.up ? fmt::format("one list of {} ciphers", sight.ciphers.size())
                             : fmt::format("cipher 0x{:04x}", fmt::join(sight.ciphers, " or 0x")));
  if (!sight.groups.empty()) parts.push_back(fmt::format("one list of {} groups", sight.groups.size()));
  if (!sight.signatures.empty())
    parts.push_back(fmt::format("one list of {} signatures", sight.signatures.size()));
  if (!sight.extensions.empty())
    parts.push_back(fmt::format("extension 0x{:04x}", fmt::join(sight.extensions, ", 0x")));
  if (!sight.ja3.empty() || !sight.ja4.empty())
    parts.push_back(fmt::format("one of {} fingerprints", sight.ja3.size() + sight.ja4.size()));
  if (sight.lifetime_below)
    parts.push_back("valid for less than " + seconds_of(std::chrono::seconds(*sight.lifetime_below)));
  if (!sight.prime.empty()) parts.emplace_back("one known prime");
  if (sight.tcp_header > 0) parts.push_back(fmt::format("a TCP header of {} bytes", sight.tcp_header));
  if (sight.within_packets > 0) parts.push_back(fmt::format("within {} packets", sight.within_packets));
  if (parts.empty()) return {};
  if (!sight.stream) parts.emplace_back("in one packet");
  return fmt::format("sees {}", fmt::join(parts, ", "));
}

std::string scope_text(const Scope& scope) {
  constexpr std::array<std::pair<std::uint8_t, std::string_view>, 5> kNames = {
      {{kTcp, "TCP"}, {kUdp, "UDP"}, {kIcmp, "ICMP"}, {kGre, "GRE"}, {kEsp, "ESP"}}};
  std::vector<std::string> parts;
  if (!scope.ports.empty()) parts.push_back(fmt::format("to port {}", fmt::join(scope.ports, ", ")));
  if (!scope.not_ports.empty())
    parts.push_back(fmt::format("to any port but {}", fmt::join(scope.not_ports, ", ")));
  if (!scope.servers.empty()) parts.emplace_back("to listed addresses");
  if (!scope.clients.empty()) parts.emplace_back("from listed addresses");
  if (!scope.not_clients.empty()) parts.emplace_back("from addresses that are not listed");
  if (scope.opened_inside) parts.emplace_back("opened from inside");
  if (scope.destinations < 1)
    parts.push_back(fmt::format("to {:g} % of all servers", scope.destinations * 100));
  if (scope.sources < 1) parts.push_back(fmt::format("from {:g} % of all clients", scope.sources * 100));
  if (scope.unresolved > Moment())
    parts.push_back(
        fmt::format("to addresses that no DNS answer named in the last {}", seconds_of(scope.unresolved)));
  if (!scope.on_list.empty()) parts.push_back(fmt::format("on the {} list", scope.on_list));
  if (!scope.not_on_list.empty()) parts.push_back(fmt::format("not on the {} list", scope.not_on_list));
  if (parts.empty()) return {};
  std::string_view protocol = "traffic";
  for (const auto& [number, name] : kNames)
    if (scope.protocol == number) protocol = name;
  return fmt::format("concerns {} {}", protocol, fmt::join(parts, ", "));
}

std::string_view tuple_text(Residual::Tuple tuple) {
  constexpr std::array<std::string_view, 5> kTuples = {
      "this connection", "connections of this client to that port of the server",
      "connections of this client to the server", "connections of all clients to that port of the server",
      "connections of all clients to the server"};
  return kTuples.at(static_cast<std::size_t>(tuple));
}

}  // namespace rozaneh::lab
