#include "lab/path/prober_process.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "base/reader.h"
#include "base/writer.h"
#include "crypto/random.h"
#include "lab/censor/draw.h"
#include "lab/path/topology.h"
#include "lab/probe/delays.h"
#include "lab/probe/plan.h"
#include "lab/probe/runner.h"
#include "lab/probe/verdict.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMostFirst = 60'000;
constexpr double kQuarterHour = 0.75;  // the part of all delays that were no longer

struct Order {
  std::uint32_t id = 0;
  ProbeKind kind{};
  Endpoint server;
  Buffer first_packet;
};

std::optional<Order> parse_order(Bytes message) {
  Reader reader(message);
  Order order;
  const auto id = reader.u32();
  const auto kind = reader.u8();
  const auto v6 = reader.u8();
  const auto address = reader.bytes(16);
  const auto port = reader.u16();
  if (!id || !kind || *kind >= probe_kinds().size() || !v6 || !address || !port) return std::nullopt;
  order.id = *id;
  order.kind = static_cast<ProbeKind>(*kind);
  order.server.port = *port;
  std::array<std::uint8_t, 16> bytes{};
  copy(bytes, *address);
  order.server.address =
      *v6 != 0 ? IpAddress(bytes)
               : IpAddress(std::array<std::uint8_t, 4>{bytes[12], bytes[13], bytes[14], bytes[15]});
  const Bytes rest = *reader.bytes(reader.left());
  order.first_packet.assign(rest.begin(), rest.end());
  return order;
}

void carry_out(const Order& order, int socket, double scale, std::uint64_t seed) {
  crypto::SeededRandom random(seed ^ std::uint64_t{order.id} << 32U);
  Probing probing{.server = order.server, .source = {}, .delay = {}, .heard = {}};
  probing.source = Topology::prober_address(order.server.address.is_v6(), order.id);
  probing.patience = std::max<Moment>(std::chrono::seconds(1),
                                      std::chrono::duration_cast<Moment>(std::chrono::seconds(10) / scale));
  probing.delay = [&, number = std::uint64_t{0}](const Probe& /*probe*/) mutable {
    const double part = draw({seed, order.id, number++}) * kQuarterHour;
    return std::chrono::duration_cast<Moment>(probe_delay(part) / scale);
  };
  const auto reactions =
      run_probes(plan(order.kind, order.server.to_string(), order.first_packet, random), probing);
  const bool found = reactions && judge(order.kind, *reactions).finding == Verdict::Finding::found;
  const Buffer message = Writer().u32(order.id).u8(found ? 1 : 0).take();
  (void)send(socket, message.data(), message.size(), MSG_NOSIGNAL);
}

}  // namespace

Buffer order_message(std::uint32_t id, const ProbeOrder& order) {
  const Endpoint& server = order.flow.server;
  const Bytes first = Bytes(order.first_packet).first(std::min(order.first_packet.size(), kMostFirst));
  Writer writer;
  writer.u32(id).u8(static_cast<std::uint8_t>(probe_kind_of(order.kind).value_or(ProbeKind::http)));
  writer.u8(server.address.is_v6() ? 1 : 0);
  if (!server.address.is_v6()) writer.zeros(12);
  if (server.address.is_v6())
    writer.bytes(server.address.v6());
  else
    writer.bytes(server.address.v4());
  return writer.u16(server.port).bytes(first).take();
}

std::optional<VerdictMessage> parse_verdict_message(Bytes message) {
  Reader reader(message);
  const auto id = reader.u32();
  const auto found = reader.u8();
  if (!id || !found) return std::nullopt;
  return VerdictMessage{.id = *id, .found = *found != 0};
}

int serve_probes(int socket, double scale, std::uint64_t seed) {
  std::signal(SIGCHLD, SIG_IGN);  // nobody waits for those who are done
  Buffer message(std::size_t{64} * 1024);
  for (ssize_t size = 0; (size = recv(socket, message.data(), message.size(), 0)) > 0;) {
    const auto order = parse_order(Bytes(message).first(static_cast<std::size_t>(size)));
    if (!order) continue;
    if (fork() != 0) continue;
    carry_out(*order, socket, scale, seed);
    _exit(0);
  }
  return 0;
}

}  // namespace rozaneh::lab
