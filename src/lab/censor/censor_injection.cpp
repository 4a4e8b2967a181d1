// The packets of a censor's own.
#include <algorithm>

#include "lab/censor/draw.h"
#include "lab/censor/passing.h"
#include "lab/packet/build.h"
#include "lab/recognise/dns.h"

namespace rozaneh::lab {
namespace {

// A frame around a packet of ours: with the header of the one that passed, or its answer's.
Buffer frame_around(Bytes packet, const EthernetFrame& passed, Bytes frame, bool same_way) {
  const Bytes header = frame.first(static_cast<std::size_t>(passed.payload.data() - frame.data()));
  Buffer out(header.begin(), header.end());
  if (!same_way) {
    copy(MutableBytes(out).first(6), passed.source);
    copy(MutableBytes(out).subspan(6, 6), passed.destination);
  }
  append(out, packet);
  return out;
}

}  // namespace

void Censor::inject(Passing& passing) {
  for (const Action* action : passing.injecting) {
    if (passing.packet.tcp() != nullptr)
      for (const InjectedPacket& each : action->inject) inject_one(each, passing);
    if (!action->dns_answer.empty()) inject_dns(*action, passing);
  }
}

void Censor::inject_one(const InjectedPacket& injected, Passing& passing) {
  const Memory& memory = passing.memory();
  const bool same_way = (injected.to == End::server) == (passing.direction == Direction::up);
  const auto& next = injected.to == End::server ? memory.next_up : memory.next_down;
  for (unsigned i = 0; i < injected.count; ++i) {
    Injection made =
        same_way ? behind(passing.packet, injected.flags) : answer(passing.packet, injected.flags);
    // Exactly what the receiver expects, or it will not believe it (RFC 5961 section 3.2): behind all that it
    // gets, which the packet is no part of if it was dropped.
    if (same_way && passing.dropped) made.tcp.seq = passing.packet.tcp()->seq;
    if (next && (same_way || memory.hampered.empty())) made.tcp.seq = *next;
    made.ip.dont_fragment = injected.dont_fragment;
    if (injected.ttl) made.ip.ttl = *injected.ttl;
    if (injected.id_least) {
      const double part = draw({options_.seed, 4, injected_++});
      made.ip.id = static_cast<std::uint16_t>(*injected.id_least +
                                              part * (*injected.id_most - *injected.id_least + 1));
    }
    const Buffer packet = build_tcp(made.ip, made.tcp, injected.payload);
    const Side to = same_way ? opposite(passing.from) : passing.from;
    Buffer frame = frame_around(packet, passing.ethernet, passing.frame, same_way);
    if (same_way && passing.leaves_at > passing.now)
      hold(passing.leaves_at, to, frame);
    else
      passing.out.send(to, std::move(frame));
  }
  // Whoever gets a reset is free to use the ports anew, and nobody says so on the path.
  if ((injected.flags & kRst) != 0) passing.memory().over = true;
}

void Censor::inject_dns(const Action& action, Passing& passing) {
  if (passing.packet.udp() == nullptr || passing.direction != Direction::up) return;
  DnsForgery forgery;
  forgery.addresses = {*IpAddress::parse(action.dns_answer)};
  const auto message = forge_dns_answer(passing.packet.payload(), forgery);
  if (!message) return;
  const Endpoint client = passing.packet.source();
  const Endpoint server = passing.packet.destination();
  const Buffer packet = build_udp({.source = server.address, .destination = client.address}, server.port,
                                  client.port, *message);
  passing.out.send(passing.from, frame_around(packet, passing.ethernet, passing.frame, false));
}

}  // namespace rozaneh::lab
