#include "lab/report/ladder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "lab/packet/headers.h"
#include "lab/report/figures.h"

namespace rozaneh::lab {
namespace {

using Kind = LadderStep::Kind;
using Steps = std::vector<LadderStep>;

// How a conversation comes to the packet that a sight is about. In `before`, what the server sends begins
// with '<'.
struct Scene {
  std::string_view sight;
  bool opens = false;  // a TCP connection
  std::array<std::string_view, 2> before = {};
  bool up = true;
  std::string_view packet = {};
  std::string_view found = {};
};

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

Scene scene_of(const CensorRule& rule) {
  const auto* found = std::ranges::find(kScenes, rule.sight.what, &Scene::sight);
  Scene scene = found == kScenes.end()
                    ? Scene{.sight = rule.sight.what, .packet = "a packet", .found = rule.sight.what}
                    : *found;
  if (scene.sight == "anything" && rule.scope.protocol == kTcp) scene.packet = "SYN";
  return scene;
}

std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 3;
  const std::size_t shown = std::min(names.size(), kMost);
  std::string text =
      fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

std::string seconds_of(Moment moment) {
  const double seconds = std::chrono::duration<double>(moment).count();
  if (seconds >= 7200) return fmt::format("{:g} hours", seconds / 3600);
  return fmt::format("{:g} s", seconds);
}

// What the bytes must look like, as "a ClientHello, name .example.org, each packet by itself".
std::string sight_text(const Scene& scene, const Sight& sight) {
  std::vector<std::string> parts;
  if (!scene.found.empty()) parts.emplace_back(scene.found);
  if (!sight.names.empty())
    parts.push_back((sight.names_allow ? "any name but " : "the name ") + some_of(sight.names));
  if (!sight.keywords.empty()) parts.push_back("the word " + some_of(sight.keywords));
  if (!sight.ciphers.empty()) parts.push_back(fmt::format("one list of {} ciphers", sight.ciphers.size()));
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
  if (scope.opened_inside) parts.emplace_back("opened from inside");
  if (scope.destinations < 1)
    parts.push_back(fmt::format("to {:g} % of all servers", scope.destinations * 100));
  if (parts.empty()) return {};
  std::string_view protocol = "traffic";
  for (const auto& [number, name] : kNames)
    if (scope.protocol == number) protocol = name;
  return fmt::format("concerns {} {}", protocol, fmt::join(parts, ", "));
}

class Telling {
 public:
  explicit Telling(const CensorRule& rule) : rule_(rule), scene_(scene_of(rule)) {}

  Steps tell() {
    note(scope_text(rule_.scope));
    if (rule_.threshold.simultaneous > 1)
      note(fmt::format("{} such connections of one client to one endpoint are open already",
                       rule_.threshold.simultaneous - 1));
    approach();
    trigger();
    if (rule_.probability < 1)
      note(fmt::format("and in {:g} % of the connections:", rule_.probability * 100));
    wait();
    strike();
    aftermath();
    return std::move(steps_);
  }

 private:
  void add(Kind kind, bool up, std::string text, bool sees = false) {
    steps_.push_back({.kind = kind, .up = up, .sees = sees, .text = std::move(text)});
  }
  void note(std::string text) {
    if (!text.empty()) add(Kind::note, true, std::move(text));
  }

  // It strikes some time after it has seen what it looks for.
  [[nodiscard]] bool waits() const {
    const Threshold& once = rule_.threshold;
    return once.age > Moment() || once.bytes_down > 0 || once.packets_after > 0;
  }
  [[nodiscard]] bool drops(bool up) const { return up ? rule_.action.drop_up : rule_.action.drop_down; }
  [[nodiscard]] bool only_slows() const { return rule_.action.throttle && scene_.found.empty(); }

  void approach() {
    if (scene_.opens) add(Kind::opens, true, "TCP connection");
    for (const std::string_view packet : scene_.before) {
      if (packet.empty()) continue;
      const bool down = packet.starts_with('<');
      add(Kind::passes, !down, std::string(packet.substr(down ? 1 : 0)));
    }
  }

  void trigger() {
    if (only_slows()) return;
    const bool stopped = !waits() && drops(scene_.up) && !rule_.action.lets_pass;
    add(stopped ? Kind::dropped : Kind::passes, scene_.up, std::string(scene_.packet), true);
    note(sight_text(scene_, rule_.sight));
  }

  void wait() {
    const Threshold& once = rule_.threshold;
    if (once.bytes_down > 0 || once.packets_after > 0 || once.age > Moment())
      add(Kind::passes, false, "data");
    if (once.bytes_down > 0) note(fmt::format("until the server has sent {} bytes", once.bytes_down));
    if (once.packets_after > 0) note(fmt::format("until {} more packets have passed", once.packets_after));
    if (once.age > Moment()) note("until the connection is " + seconds_of(once.age) + " old");
  }

  void inject(End to) {
    std::vector<std::string> packets;
    for (const InjectedPacket& each : rule_.action.inject)
      if (each.to == to) packets.push_back(packet_text(each));
    if (!packets.empty()) add(Kind::injected, to == End::server, fmt::format("{}", fmt::join(packets, ", ")));
  }

  static std::string packet_text(const InjectedPacket& packet) {
    constexpr std::array<std::pair<std::uint8_t, std::string_view>, 4> kFlags = {
        {{kRst, "RST"}, {kFin, "FIN"}, {kPsh, "PSH"}, {kAck, "ACK"}}};
    std::vector<std::string_view> flags;
    for (const auto& [flag, name] : kFlags)
      if ((packet.flags & flag) != 0) flags.push_back(name);
    std::string text = fmt::format("{}", fmt::join(flags, "+"));
    if (packet.count > 1) text += fmt::format(" ×{}", packet.count);
    if (!packet.payload.empty()) text += " with data";
    return text;
  }

  void strike() {
    const Action& action = rule_.action;
    if (!action.dns_answer.empty()) add(Kind::injected, false, "answer: " + action.dns_answer);
    inject(End::client);
    inject(End::server);
    if (action.throttle) slow(*action.throttle);
    if (action.only_packet) return;
    if (action.drop_up) add(Kind::dropped, true, "all that follows");
    if (action.drop_down) add(Kind::dropped, false, "all that follows");
  }

  void slow(const Throttle& throttle) {
    const std::string rate = rate_text(static_cast<double>(throttle.bytes_per_second));
    add(Kind::slowed, true, "all data");
    add(Kind::slowed, false, "all data");
    constexpr std::array<std::string_view, 3> kShares = {"for each connection", "for each client",
                                                         "for all together"};
    note(fmt::format("lets through {} {}", rate, kShares.at(static_cast<std::size_t>(throttle.share))));
  }

  void aftermath() {
    if (!rule_.action.residual) return;
    const Residual& residual = *rule_.action.residual;
    constexpr std::array<std::string_view, 5> kTuples = {
        "this connection", "connections of this client to that port of the server",
        "connections of this client to the server", "connections of all clients to that port of the server",
        "connections of all clients to the server"};
    std::string text = fmt::format("for {}{}: {}", seconds_of(residual.lasts),
                                   residual.restarts ? ", longer while it goes on" : "",
                                   kTuples.at(static_cast<std::size_t>(residual.tuple)));
    if (residual.probability < 1) text += fmt::format(", in {:g} %", residual.probability * 100);
    note(std::move(text));
    if (residual.tuple == Residual::Tuple::flow) return;
    const bool stopped = drops(true);
    add(stopped ? Kind::dropped : Kind::passes, true, stopped ? "next connection" : "its next data");
    if (!stopped && drops(false)) add(Kind::dropped, false, "all answers");
    inject(End::client);
    inject(End::server);
  }

  const CensorRule& rule_;
  Scene scene_;
  Steps steps_;
};

}  // namespace

std::vector<LadderStep> ladder_of(const CensorRule& rule) { return Telling(rule).tell(); }

std::string sentence_of(const LadderStep& step) {
  const std::string_view way = step.up ? "client → server" : "server → client";
  switch (step.kind) {
    case Kind::opens:
      return fmt::format("client ↔ server: {}", step.text);
    case Kind::passes:
      return fmt::format("{}: {}", way, step.text);
    case Kind::dropped:
      return fmt::format("{}: {}, dropped by the censor", way, step.text);
    case Kind::injected:
      return fmt::format("censor → {}: {}", step.up ? "server" : "client", step.text);
    case Kind::slowed:
      return fmt::format("{}: {}, slowed down", way, step.text);
    case Kind::note:
      break;
  }
  return step.text;
}

}  // namespace rozaneh::lab
