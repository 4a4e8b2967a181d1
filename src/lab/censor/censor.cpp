#include "lab/censor/censor.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "lab/censor/draw.h"
#include "lab/censor/sights.h"
#include "lab/packet/build.h"
#include "lab/packet/ethernet.h"
#include "lab/recognise/dns.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMostEndpoints = 100'000;               // whose connections are counted
constexpr std::size_t kMostWaiting = std::size_t{64} << 20U;  // bytes

std::uint64_t number_of(const Endpoint& endpoint) {
  std::uint64_t number = endpoint.port;
  for (const std::uint8_t byte : endpoint.address.v6()) number = number * 0x100000001b3 + byte;
  return number;
}

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

// Whether any packet must follow the sight for the rule to act.
bool waits(const Threshold& once) {
  return once.age > Moment() || once.bytes_down > 0 || once.packets_after > 0 || once.simultaneous > 0;
}

bool stops(const Action& action, Direction direction) {
  return direction == Direction::up ? action.drop_up : action.drop_down;
}

// Of two sequence numbers the later one (RFC 9293 section 3.4).
std::uint32_t later(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) > 0 ? a : b; }

}  // namespace

// A packet on its way through.
struct Censor::Passing {
  MutableBytes frame;
  const EthernetFrame& ethernet;
  const PacketView& packet;
  Side from;
  Moment now;
  Outlet& out;
  Flows::Flow& flow;
  Direction direction;
  bool dropped = false;
  Moment leaves_at = now;                     // held back by a throttle until then
  std::vector<const Action*> injecting = {};  // when it is known what becomes of the packet

  [[nodiscard]] Memory& memory() const { return flow.state; }
  void drop_by(const Action& action) { dropped = dropped || stops(action, direction); }
};

Censor::Censor(CensorSpec spec, Options options)
    : spec_(std::move(spec)),
      options_(options),
      keeps_streams_(
          std::ranges::any_of(spec_.rules, [](const CensorRule& rule) { return rule.sight.stream; })),
      hits_(spec_.rules.size()),
      flows_(options.flows, options.seed,
             [this](Flows::Flow& flow, FlowEnd /*why*/) { forget(flow.state, flow.key); }) {}

Moment Censor::scaled(Moment time) const {
  return std::chrono::duration_cast<Moment>(
      std::chrono::duration<double, std::nano>(static_cast<double>(time.count()) / options_.scale));
}

std::uint64_t Censor::next_ordinal(const Endpoint& server) {
  if (ordinals_.size() >= kMostEndpoints && !ordinals_.contains(server)) ordinals_.erase(ordinals_.begin());
  return ordinals_[server]++;
}

bool Censor::wins(std::size_t index, double probability, const Flows::Flow& flow,
                  std::uint64_t purpose) const {
  return probability >= 1 ||
         draw({options_.seed, index, purpose, number_of(flow.key.server), flow.state.ordinal}) < probability;
}

void Censor::take(Side from, MutableBytes frame, Moment now, Outlet& out) {
  if (wakes_at() <= now) wake(now, out);  // or this frame would overtake them
  const auto ethernet = parse_ethernet(frame);
  const bool is_ip = ethernet && (ethernet->type == kEtherTypeIpV4 || ethernet->type == kEtherTypeIpV6);
  auto packet = is_ip ? PacketView::parse(ethernet->payload) : std::nullopt;
  if (!packet) return out.pass(opposite(from), frame);
  Buffer whole;
  if (packet->ip().is_fragment()) {
    auto completed = fragments_.add(*packet, now);
    if (!completed) return out.pass(opposite(from), frame);
    whole = std::move(*completed);
    packet = PacketView::parse(whole);
    if (!packet) return out.pass(opposite(from), frame);
  }
  flows_.expire(now);
  auto seen = find(*packet, now);
  Passing passing{.frame = frame,
                  .ethernet = *ethernet,
                  .packet = *packet,
                  .from = from,
                  .now = now,
                  .out = out,
                  .flow = seen.flow,
                  .direction = seen.direction};
  if (!seen.flow.state.began) begin(seen.flow, seen.direction == Direction::up ? from : opposite(from));
  judge(passing);
  if (!passing.dropped) let_out(passing);
  if (!passing.dropped) note_sent(passing);
  inject(passing);
  note_end(passing);
}

// A SYN after the end of a connection, or of one that was met in its middle, uses its ports anew.
Censor::Flows::Seen Censor::find(const PacketView& packet, Moment now) {
  const TcpHeader* tcp = packet.tcp();
  if (tcp == nullptr || !tcp->has(kSyn) || tcp->has(kAck)) return flows_.see(packet, now);
  const FlowKey key = first_key(packet);
  const Flows::Flow* known = flows_.find(key);
  if (known != nullptr && (known->state.over || !known->state.began_with_syn)) flows_.remove(key);
  const auto seen = flows_.see(packet, now);
  seen.flow.state.began_with_syn = true;
  return seen;
}

void Censor::begin(Flows::Flow& flow, Side opened_by) {
  Memory& memory = flow.state;
  memory.began = true;
  memory.opened_by = opened_by;
  memory.ordinal = next_ordinal(flow.key.server);
  memory.mind = std::make_unique<Mind>();
  memory.mind->rules.resize(spec_.rules.size());
  for (std::size_t i = 0; i < spec_.rules.size(); ++i)
    if (!in_scope(i, flow)) memory.mind->rules[i].state = Mind::State::done;
}

bool Censor::in_scope(std::size_t index, const Flows::Flow& flow) const {
  const Scope& scope = spec_.rules[index].scope;
  const FlowKey& key = flow.key;
  const auto has = [&key](const std::vector<std::uint16_t>& ports) {
    return std::ranges::find(ports, key.server.port) != ports.end();
  };
  if (scope.protocol && *scope.protocol != key.protocol &&
      (*scope.protocol != kIcmp || key.protocol != kIcmpV6))
    return false;
  if (!scope.ports.empty() && !has(scope.ports)) return false;
  if (has(scope.not_ports)) return false;
  if (scope.opened_inside && flow.state.opened_by != Side::client) return false;
  const Endpoint server{key.server.address, 0};
  if (scope.destinations < 1 && draw({options_.seed, index, 1, number_of(server)}) >= scope.destinations)
    return false;
  return scope.servers.empty() || std::ranges::any_of(scope.servers, [&key](const AddressRange& range) {
           return range.contains(key.server.address);
         });
}

void Censor::judge(Passing& passing) {
  Memory& memory = passing.memory();
  if (residuals_.any(passing.now)) punish_for_earlier(passing);
  passing.dropped =
      passing.dropped || (passing.direction == Direction::up ? memory.drops_up : memory.drops_down);
  if (!memory.mind || passing.dropped) return;
  Mind& mind = *memory.mind;
  mind.watch.take(passing.packet, passing.direction, keeps_streams_ && mind.looks);
  bool undecided = false;
  bool looks = false;
  for (std::size_t i = 0; i < mind.rules.size(); ++i) {
    Mind::Rule& state = mind.rules[i];
    if (state.state != Mind::State::done && is_due(i, passing, state)) act(i, passing);
    undecided = undecided || state.state != Mind::State::done;
    looks = looks || (state.state == Mind::State::undecided && spec_.rules[i].sight.stream);
  }
  if (!looks && std::exchange(mind.looks, false)) mind.watch.put_away();
  if (!undecided || (memory.drops_up && memory.drops_down)) memory.mind.reset();
}

// Whether the rule is to act on this packet.
bool Censor::is_due(std::size_t index, Passing& passing, Mind::Rule& state) {
  const CensorRule& rule = spec_.rules[index];
  const bool remembers = rule.sight.stream || waits(rule.threshold);
  if (state.state == Mind::State::undecided) {
    const Looks looks = look(rule.sight, {passing.packet, passing.direction, passing.memory().mind->watch});
    if (looks == Looks::no) state.state = Mind::State::done;
    if (looks != Looks::yes) return false;
    if (rule.threshold.simultaneous > 0) count_open(index, passing);
    if (remembers) state.state = Mind::State::seen;
  } else {
    ++state.packets_after;
  }
  if (!is_reached(index, passing, state)) return false;
  if (remembers) state.state = Mind::State::done;
  return wins(index, rule.probability, passing.flow, 2);
}

void Censor::count_open(std::size_t index, Passing& passing) {
  if (passing.memory().over) return;
  ++open_[{index, passing.flow.key.client.address, passing.flow.key.server}];
  passing.memory().counted.push_back(index);
}

bool Censor::is_reached(std::size_t index, const Passing& passing, const Mind::Rule& state) const {
  const Threshold& once = spec_.rules[index].threshold;
  if (passing.now - passing.flow.since < scaled(once.age) || state.packets_after < once.packets_after ||
      passing.memory().mind->watch.traffic(Direction::down).bytes < once.bytes_down)
    return false;
  if (once.simultaneous == 0) return true;
  const auto open = open_.find({index, passing.flow.key.client.address, passing.flow.key.server});
  return open != open_.end() && open->second >= once.simultaneous;
}

void Censor::act(std::size_t index, Passing& passing) {
  const Action& action = spec_.rules[index].action;
  Memory& memory = passing.memory();
  if (!std::exchange(memory.mind->rules[index].punished, true)) ++hits_[index];
  if (!action.lets_pass) passing.drop_by(action);
  if (!action.only_packet) {
    memory.drops_up = memory.drops_up || action.drop_up;
    memory.drops_down = memory.drops_down || action.drop_down;
  }
  passing.injecting.push_back(&action);
  if (action.throttle && std::ranges::find(memory.throttled, index) == memory.throttled.end())
    memory.throttled.push_back(index);
  if (action.residual)
    residuals_.begin(index, *action.residual, passing.flow.key, passing.now + scaled(action.residual->lasts));
}

void Censor::punish_for_earlier(Passing& passing) {
  for (std::size_t i = 0; i < spec_.rules.size(); ++i) {
    const Action& action = spec_.rules[i].action;
    if (!action.residual || !residuals_.holds(i, *action.residual, passing.flow.key, passing.now)) continue;
    if (!wins(i, action.residual->probability, passing.flow, 3)) continue;
    passing.drop_by(action);
    const bool answers = !passing.packet.payload().empty();
    if (answers) passing.injecting.push_back(&action);
    if (action.residual->restarts &&
        (stops(action, passing.direction) || (answers && !action.inject.empty())))
      residuals_.begin(i, *action.residual, passing.flow.key, passing.now + scaled(action.residual->lasts));
  }
}

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
    if (next && (same_way || memory.throttled.empty())) made.tcp.seq = *next;
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

void Censor::let_out(Passing& passing) {
  const Side to = opposite(passing.from);
  Moment& at = passing.leaves_at;
  for (const std::size_t index : passing.memory().throttled) {
    const Throttle& throttle = *spec_.rules[index].action.throttle;
    const auto admitted = shaper_.admit(bucket_of(index, throttle.share, passing.flow.key, passing.direction),
                                        throttle, passing.frame.size(), passing.now);
    passing.dropped = passing.dropped || !admitted;
    at = std::max(at, admitted.value_or(at));
  }
  if (passing.dropped) return;
  if (at <= passing.now) return passing.out.pass(to, passing.frame);
  passing.dropped = !hold(at, to, passing.frame);
}

void Censor::note_sent(Passing& passing) {
  const TcpHeader* tcp = passing.packet.tcp();
  if (tcp == nullptr) return;
  auto& next = passing.direction == Direction::up ? passing.memory().next_up : passing.memory().next_down;
  const std::uint32_t end = behind(passing.packet, 0).tcp.seq;
  next = later(next.value_or(end), end);
}

// false: too much waits already.
bool Censor::hold(Moment at, Side to, Bytes frame) {
  if (waiting_bytes_ + frame.size() > kMostWaiting) return false;
  waiting_bytes_ += frame.size();
  waiting_.push({at, order_++, to, Buffer(frame.begin(), frame.end())});
  return true;
}

Moment Censor::wakes_at() const { return waiting_.empty() ? kNever : waiting_.top().at; }

void Censor::wake(Moment now, Outlet& out) {
  for (; !waiting_.empty() && waiting_.top().at <= now; waiting_.pop()) {
    waiting_bytes_ -= waiting_.top().frame.size();
    out.send(waiting_.top().to, Buffer(waiting_.top().frame));
  }
}

// A connection that both sides, or a reset, have ended is not open any more.
void Censor::note_end(Passing& passing) {
  const TcpHeader* tcp = passing.packet.tcp();
  if (tcp == nullptr) return;
  Memory& memory = passing.memory();
  if (tcp->has(kFin)) (passing.direction == Direction::up ? memory.fin_up : memory.fin_down) = true;
  memory.over = memory.over || tcp->has(kRst) || (memory.fin_up && memory.fin_down);
  if (memory.over) forget(memory, passing.flow.key);
}

void Censor::forget(Memory& memory, const FlowKey& key) {
  for (const std::size_t index : memory.counted) {
    const auto found = open_.find({index, key.client.address, key.server});
    if (found != open_.end() && --found->second == 0) open_.erase(found);
  }
  memory.counted.clear();
}

}  // namespace rozaneh::lab
