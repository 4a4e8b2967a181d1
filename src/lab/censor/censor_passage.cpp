// What becomes of packets that a censor lets through: how they leave, and when.
#include <algorithm>

#include "base/writer.h"
#include "lab/censor/draw.h"
#include "lab/censor/passing.h"
#include "lab/censor/rewrite.h"
#include "lab/packet/build.h"
#include "lab/packet/edit.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMostWaiting = std::size_t{64} << 20U;  // bytes

// Of two sequence numbers the later one (RFC 9293 section 3.4).
std::uint32_t later(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) > 0 ? a : b; }

}  // namespace

// What a rule does to a packet that it lets through.
void Censor::hamper(std::size_t index, Passing& passing) {
  const Action& action = spec_.rules[index].action;
  const auto concerns = [&passing](Way way) {
    return way == Way::both || (way == Way::up) == (passing.direction == Direction::up);
  };
  Memory& memory = passing.memory();
  const auto drawn = [&] {
    return draw(
        {options_.seed, index, 5, number_of(passing.flow.key.server), memory.ordinal, memory.drawn++});
  };
  if (action.lose && concerns(action.lose->way) && drawn() < action.lose->probability) passing.dropped = true;
  for (const Rewrite& each : action.rewrite)
    if (concerns(each.way)) rewrite(each, passing);
  if (action.throttle && !passing.dropped) {
    const auto key = bucket_of(index, action.throttle->share, passing.flow.key, passing.direction);
    const auto at = shaper_.admit(key, *action.throttle, passing.leaving().size(), passing.now);
    passing.dropped = !at;
    passing.leaves_at = std::max(passing.leaves_at, at.value_or(passing.leaves_at));
  }
  if (action.delay && concerns(action.delay->way)) {
    const auto jitter = Moment(static_cast<Moment::rep>(
        action.delay->jitter == Moment() ? 0 : drawn() * static_cast<double>(action.delay->jitter.count())));
    passing.leaves_at += scaled(action.delay->time + jitter);
  }
}

void Censor::rewrite(const Rewrite& rewrite, Passing& passing) {
  if (!passing.is_whole()) return;
  const auto header = static_cast<std::size_t>(passing.ethernet.payload.data() - passing.frame.data());
  const auto packet = PacketView::parse(passing.leaving().subspan(header));
  auto other = packet ? rewritten(rewrite, *packet) : std::nullopt;
  if (!other) return;
  passing.became_own = passing.became_own || rewrite.becomes != 0;
  passing.memory().over = passing.memory().over || (rewrite.becomes & kRst) != 0;
  passing.rewritten = concat(Bytes(passing.frame).first(header), *other);
}

namespace {

Buffer with_port(Bytes packet, const PacketView& view, std::size_t at, std::uint16_t port) {
  Buffer out(packet.begin(), packet.end());
  store_u16(MutableBytes(out).subspan(view.ip().size + at), port);
  fix_checksums(out);
  return out;
}

}  // namespace

// To the same address, where the man in the middle listens.
void Censor::lead_to(std::uint16_t port, Passing& passing) {
  constexpr std::size_t kDestination = 2;
  if (!passing.is_whole()) return;
  const auto header = static_cast<std::size_t>(passing.ethernet.payload.data() - passing.frame.data());
  const Bytes packet = passing.leaving().subspan(header);
  const auto view = PacketView::parse(packet);
  if (view && view->tcp() != nullptr)
    passing.rewritten =
        concat(Bytes(passing.frame).first(header), with_port(view->bytes(), *view, kDestination, port));
}

// What the man in the middle sends, as if the server sent it.
void Censor::lead_back(MutableBytes frame) const {
  const auto ethernet = parse_ethernet(frame);
  const auto view = ethernet ? PacketView::parse(ethernet->payload) : std::nullopt;
  if (!view || view->tcp() == nullptr || view->tcp()->source_port != options_.interceptor) return;
  const auto rule =
      std::ranges::find_if(spec_.rules, [](const CensorRule& each) { return each.action.intercepts; });
  if (rule == spec_.rules.end()) return;
  const Buffer packet = with_port(view->bytes(), *view, 0, rule->scope.ports.front());
  copy(frame.subspan(static_cast<std::size_t>(ethernet->payload.data() - frame.data())), packet);
}

void Censor::let_out(Passing& passing) {
  Memory& memory = passing.memory();
  for (const std::size_t index : memory.hampered) hamper(index, passing);
  for (const std::size_t index : passing.hampering) hamper(index, passing);
  if (passing.dropped) return;
  if (memory.intercepted && options_.interceptor != 0 && passing.direction == Direction::up)
    lead_to(options_.interceptor, passing);
  // None overtakes one that waits.
  Moment& last = passing.direction == Direction::up ? memory.last_up : memory.last_down;
  passing.leaves_at = std::max(passing.leaves_at, last);
  const Side to = opposite(passing.from);
  if (passing.leaves_at > passing.now) {
    passing.dropped = !hold(passing.leaves_at, to, passing.leaving());
    last = passing.leaves_at;
  } else if (passing.rewritten.empty()) {
    passing.out.pass(to, passing.frame);
  } else {
    passing.out.send(to, passing.rewritten);
  }
}

void Censor::note_sent(Passing& passing) {
  const TcpHeader* tcp = passing.packet.tcp();
  if (tcp == nullptr || passing.became_own) return;
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
  while (!waiting_.empty() && waiting_.top().at <= now) {
    // Out of the queue first: what another box on the path answers to it may have to wait here, too.
    Waiting next = waiting_.top();
    waiting_.pop();
    waiting_bytes_ -= next.frame.size();
    out.send(next.to, std::move(next.frame));
  }
}

}  // namespace rozaneh::lab
