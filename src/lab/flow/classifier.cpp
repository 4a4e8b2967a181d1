#include "lab/flow/classifier.h"

#include <algorithm>
#include <utility>

namespace rozaneh::lab {
namespace {

Protocol protocol_of(const PacketView& packet) {
  if (packet.icmp() != nullptr) return Protocol::icmp;
  if (packet.esp() != nullptr) return Protocol::esp;
  if (const auto* gre = packet.gre()) return gre->is_pptp() ? Protocol::pptp : Protocol::gre;
  return Protocol::unknown;
}

}  // namespace

Classifier::Classifier(FlowLimits limits, std::size_t most_held)
    : most_held_(most_held), table_(limits, 0, [this](auto& flow, FlowEnd) { end(flow); }) {}

void Classifier::add(Bytes packet, Moment when) {
  now_ = std::max(now_, when);
  const auto view = PacketView::parse(packet);
  if (!view) return;
  if (!view->ip().is_fragment()) {
    add_whole(*view, now_);
  } else if (const auto whole = fragments_.add(*view, now_)) {
    if (const auto put_together = PacketView::parse(*whole)) add_whole(*put_together, now_);
  }
}

void Classifier::add_whole(const PacketView& packet, Moment now) {
  begin_anew(packet);
  auto seen = table_.see(packet, now);
  look(packet, seen);
}

// A SYN that is not a repeat ends a connection that used the same ports before.
void Classifier::begin_anew(const PacketView& packet) {
  const auto* tcp = packet.tcp();
  if (tcp == nullptr || !tcp->has(kSyn) || tcp->has(kAck)) return;
  const FlowKey key = first_key(packet);
  const auto* flow = table_.find(key);
  if (flow == nullptr) return;
  const State& state = flow->state;
  if (state.is_over || (state.has_syn && state.isn != tcp->seq)) table_.remove(key);
}

void Classifier::look(const PacketView& packet, Table::Seen& seen) {
  State& state = seen.flow.state;
  FlowReport& report = state.report;
  if (seen.is_new) {
    state.order = flows_++;
    report.key = seen.flow.key;
    report.begin = seen.flow.since;
    report.protocol = protocol_of(packet);
    if (packet.tcp() != nullptr) state.sight = std::make_unique<TcpSight>();
    if (packet.udp() != nullptr) state.sight = std::make_unique<UdpSight>();
    state.is_looked_at = true;
    state.place = looked_at_.insert(looked_at_.end(), seen.flow.key);
  }
  report.end = seen.flow.last;
  const bool up = seen.direction == Direction::up;
  ++(up ? report.packets_up : report.packets_down);
  (up ? report.bytes_up : report.bytes_down) += packet.payload().size();
  if (packet.tcp() != nullptr)
    look_at_tcp(packet, state, seen.direction);
  else if (auto* udp = std::get_if<std::unique_ptr<UdpSight>>(&state.sight))
    (*udp)->add(seen.direction, report.key, packet.payload());
  make_room(state);
}

void Classifier::make_room(State& grown) {
  std::size_t holds = 0;
  if (const auto* tcp = std::get_if<std::unique_ptr<TcpSight>>(&grown.sight)) holds = (*tcp)->held();
  if (const auto* udp = std::get_if<std::unique_ptr<UdpSight>>(&grown.sight)) holds = (*udp)->held();
  held_ += holds - std::exchange(grown.held, holds);
  while (held_ > most_held_ && !looked_at_.empty()) judge(table_.find(looked_at_.front())->state);
}

void Classifier::look_at_tcp(const PacketView& packet, State& state, Direction direction) {
  const auto& tcp = *packet.tcp();
  if (tcp.has(kSyn) && direction == Direction::up) {
    state.has_syn = true;
    state.isn = tcp.seq;
  }
  state.is_over = state.is_over || tcp.has(kRst) || tcp.has(kFin);
  auto* sight = std::get_if<std::unique_ptr<TcpSight>>(&state.sight);
  // What a RST carries is a text for people (RFC 9293 section 3.5.2), or an injector's mark.
  if (sight != nullptr && !tcp.has(kRst)) (*sight)->add(direction, tcp, packet.payload());
}

// Says what the flow was, and looks at it no more.
void Classifier::judge(State& state) {
  if (!std::exchange(state.is_looked_at, false)) return;
  if (const auto* tcp = std::get_if<std::unique_ptr<TcpSight>>(&state.sight)) (*tcp)->tell(state.report);
  if (const auto* udp = std::get_if<std::unique_ptr<UdpSight>>(&state.sight)) (*udp)->tell(state.report);
  state.sight = std::monostate();
  held_ -= std::exchange(state.held, 0);
  looked_at_.erase(state.place);
}

void Classifier::end(Table::Flow& flow) {
  State& state = flow.state;
  judge(state);
  ended_.emplace_back(state.order, std::move(state.report));
}

std::vector<FlowReport> Classifier::finish() {
  table_.expire(Moment::max());
  std::ranges::sort(ended_, {}, &std::pair<std::uint64_t, FlowReport>::first);
  std::vector<FlowReport> reports;
  reports.reserve(ended_.size());
  for (auto& [order, report] : ended_) reports.push_back(std::move(report));
  ended_.clear();
  return reports;
}

}  // namespace rozaneh::lab
