#include "lab/censor/censor.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "lab/censor/draw.h"
#include "lab/censor/passing.h"
#include "lab/censor/sights.h"
#include "lab/recognise/dns.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMostEndpoints = 100'000;  // whose connections are counted
constexpr std::uint16_t kDnsPort = 53;

// Whether any packet must follow the sight for the rule to act.
bool waits(const Threshold& once) {
  return once.age > Moment() || once.bytes_down > 0 || once.packets_after > 0 || once.simultaneous > 0 ||
         once.connections > 0;
}

bool is_in(const std::vector<AddressRange>& ranges, const IpAddress& address) {
  return std::ranges::any_of(ranges, [&](const AddressRange& range) { return range.contains(address); });
}

template <class Count>
auto& counter_of(Count& counts, const typename Count::key_type& key) {
  if (counts.size() >= kMostEndpoints && !counts.contains(key)) counts.erase(counts.begin());
  return counts[key];
}

bool needs_streams(const CensorRule& rule) { return rule.sight.stream || !rule.action.probes.empty(); }

}  // namespace

Censor::Censor(CensorSpec spec, Options options)
    : spec_(std::move(spec)),
      options_(std::move(options)),
      keeps_streams_(std::ranges::any_of(spec_.rules, needs_streams)),
      keeps_lookups_(std::ranges::any_of(
          spec_.rules, [](const CensorRule& rule) { return rule.scope.unresolved > Moment(); })),
      hits_(spec_.rules.size()),
      flows_(options_.flows, options_.seed, [this](Flows::Flow& flow, FlowEnd /*why*/) {
        forget(flow.state, flow.key);
        drop_mind(flow.state);
      }) {}

Moment Censor::scaled(Moment time) const {
  return std::chrono::duration_cast<Moment>(
      std::chrono::duration<double, std::nano>(static_cast<double>(time.count()) / options_.scale));
}

std::uint64_t Censor::next_ordinal(const Endpoint& server) { return counter_of(ordinals_, server)++; }

bool Censor::wins(std::size_t index, double probability, const Flows::Flow& flow,
                  std::uint64_t purpose) const {
  return probability >= 1 ||
         draw({options_.seed, index, purpose, number_of(flow.key.server), flow.state.ordinal}) < probability;
}

void Censor::take(Side from, MutableBytes frame, Moment now, Outlet& out) {
  if (wakes_at() <= now) wake(now, out);  // or this frame would overtake them
  if (options_.interceptor != 0 && from == Side::server) lead_back(frame);
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
  const IpAddress& inside = from == Side::client ? packet->ip().source : packet->ip().destination;
  if (is_in(options_.probers, inside)) return out.pass(opposite(from), frame);
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
  if (keeps_lookups_ && !passing.dropped) note_lookup(passing);
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
    if (!in_scope(i, flow))
      memory.mind->rules[i].state = Mind::State::done;
    else
      memory.intercepted = memory.intercepted || (spec_.rules[i].action.intercepts && memory.began_with_syn);
  memory.mind->place = undecided_.insert(undecided_.end(), flow.key);
}

// Nobody asks any more for what was put together of the flow.
void Censor::stop_looking(Mind& mind) {
  if (!std::exchange(mind.looks, false)) return;
  mind.watch.put_away();
  held_ -= std::exchange(mind.held, 0);
  undecided_.erase(mind.place);
}

void Censor::drop_mind(Memory& memory) {
  if (!memory.mind) return;
  stop_looking(*memory.mind);
  memory.mind.reset();
}

// Of all that is put together no more is kept than there is room for: the flow that has been undecided
// longest is given up first.
void Censor::make_room(Mind& grown) {
  const std::size_t holds = grown.watch.held();
  held_ += holds - std::exchange(grown.held, holds);
  while (held_ > options_.most_held && !undecided_.empty()) {
    Mind& oldest = *flows_.find(undecided_.front())->state.mind;
    for (std::size_t i = 0; i < oldest.rules.size(); ++i)
      if (oldest.rules[i].state == Mind::State::undecided && spec_.rules[i].sight.stream)
        oldest.rules[i].state = Mind::State::done;
    stop_looking(oldest);
  }
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
  if (!scope.servers.empty() && !is_in(scope.servers, key.server.address)) return false;
  if (!scope.clients.empty() && !is_in(scope.clients, key.client.address)) return false;
  if (is_in(scope.not_clients, key.client.address)) return false;
  const auto chosen = [&](const IpAddress& address, double part, std::uint64_t purpose) {
    return part >= 1 || draw({options_.seed, index, purpose, number_of({address, 0})}) < part;
  };
  if (!chosen(key.server.address, scope.destinations, 1) || !chosen(key.client.address, scope.sources, 6))
    return false;
  if (scope.unresolved > Moment() &&
      lookups_.knows(key.client.address, key.server.address, flow.since - scaled(scope.unresolved)))
    return false;
  return (scope.on_list.empty() || is_on(scope.on_list, flow)) &&
         (scope.not_on_list.empty() || !is_on(scope.not_on_list, flow));
}

bool Censor::is_on(const std::string& list, const Flows::Flow& flow) const {
  for (std::size_t i = 0; i < spec_.rules.size(); ++i) {
    const auto& listing = spec_.rules[i].action.lists;
    if (listing && listing->on == list && listed_.holds(i, listing->tuple, flow.key, flow.since)) return true;
  }
  return false;
}

void Censor::judge(Passing& passing) {
  Memory& memory = passing.memory();
  if (residuals_.any(passing.now)) punish_for_earlier(passing);
  passing.dropped =
      passing.dropped || (passing.direction == Direction::up ? memory.drops_up : memory.drops_down);
  if (!memory.mind || passing.dropped) return;
  Mind& mind = *memory.mind;
  mind.watch.take(passing.packet, passing.direction, keeps_streams_ && mind.looks);
  if (keeps_streams_ && mind.looks) make_room(mind);
  bool undecided = false;
  bool looks = false;
  for (std::size_t i = 0; i < mind.rules.size(); ++i) {
    Mind::Rule& state = mind.rules[i];
    if (state.state != Mind::State::done && is_due(i, passing, state)) act(i, passing);
    undecided = undecided || state.state != Mind::State::done;
    looks = looks || (state.state != Mind::State::done && needs_streams(spec_.rules[i]) &&
                      (state.state == Mind::State::undecided || !spec_.rules[i].action.probes.empty()));
  }
  if (!looks) stop_looking(mind);
  if (!undecided || (memory.drops_up && memory.drops_down)) drop_mind(memory);
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
    if (rule.threshold.connections > 0 && remembers) ++counter_of(seen_, {index, passing.flow.key.server});
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
  if (passing.now - passing.flow.since < scaled(once.age) ||
      (once.packets_after > 0 && state.packets_after <= once.packets_after) ||
      passing.memory().mind->watch.traffic(Direction::down).bytes < once.bytes_down)
    return false;
  if (once.connections > 0) {
    const auto seen = seen_.find({index, passing.flow.key.server});
    if (seen == seen_.end() || seen->second < once.connections) return false;
  }
  if (once.simultaneous == 0) return true;
  const auto open = open_.find({index, passing.flow.key.client.address, passing.flow.key.server});
  return open != open_.end() && open->second >= once.simultaneous;
}

void Censor::act(std::size_t index, Passing& passing) {
  const Action& action = spec_.rules[index].action;
  Memory& memory = passing.memory();
  if (!action.probes.empty()) return ask(index, passing);
  if (!std::exchange(memory.mind->rules[index].punished, true)) ++hits_[index];
  if (!action.lets_pass) passing.drop_by(action);
  if (!action.only_packet) {
    memory.drops_up = memory.drops_up || action.drop_up;
    memory.drops_down = memory.drops_down || action.drop_down;
  }
  passing.injecting.push_back(&action);
  auto& hampering = action.only_packet ? passing.hampering : memory.hampered;
  if (action.hampers() && std::ranges::find(hampering, index) == hampering.end()) hampering.push_back(index);
  remember(index, passing.flow.key, passing.now);
}

// What reaches beyond this flow.
void Censor::remember(std::size_t index, const FlowKey& flow, Moment now) {
  const Action& action = spec_.rules[index].action;
  if (action.residual)
    residuals_.begin(index, action.residual->tuple, flow, now + scaled(action.residual->lasts));
  if (action.lists) listed_.begin(index, action.lists->tuple, flow, now + scaled(action.lists->lasts));
}

void Censor::ask(std::size_t index, const Passing& passing) {
  if (options_.prober == nullptr) return;
  options_.prober->probe({.rule = index,
                          .kind = spec_.rules[index].action.probes,
                          .flow = passing.flow.key,
                          .first_packet = passing.memory().mind->watch.first_payloads()[0]});
}

void Censor::note_verdict(std::size_t rule, const FlowKey& flow, Moment now) {
  if (rule >= spec_.rules.size()) return;
  ++hits_[rule];
  remember(rule, flow, now);
}

void Censor::note_lookup(const Passing& passing) {
  if (passing.packet.udp() == nullptr || passing.direction != Direction::down ||
      passing.flow.key.server.port != kDnsPort)
    return;
  const auto answer = parse_dns(passing.packet.payload());
  if (!answer || !answer->is_response) return;
  for (const IpAddress& address : answer->addresses)
    lookups_.note(passing.flow.key.client.address, address, passing.now);
}

void Censor::punish_for_earlier(Passing& passing) {
  for (std::size_t i = 0; i < spec_.rules.size(); ++i) {
    const Action& action = spec_.rules[i].action;
    if (!action.residual || !residuals_.holds(i, action.residual->tuple, passing.flow.key, passing.now))
      continue;
    if (!wins(i, action.residual->probability, passing.flow, 3)) continue;
    passing.drop_by(action);
    const bool answers = !passing.packet.payload().empty();
    if (answers) passing.injecting.push_back(&action);
    if (action.residual->restarts &&
        (Passing::stops(action, passing.direction) || (answers && !action.inject.empty())))
      residuals_.begin(i, action.residual->tuple, passing.flow.key,
                       passing.now + scaled(action.residual->lasts));
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
