// Which connections a session has: as many as the policy wants, each replaced before it is worn out.
#include <algorithm>

#include "io/deadline.h"
#include "tunnel/client.h"

namespace rozaneh::tunnel {
namespace {

constexpr std::chrono::milliseconds kFirstQuiet{500};
constexpr std::chrono::seconds kLongestQuiet{30};

void note_earlier(std::optional<Time>& next, Time time) { next = std::min(next.value_or(time), time); }

}  // namespace

io::Task<> Client::keep(std::shared_ptr<Client> self, std::shared_ptr<Host> host) {
  while (self->is_at(host)) {
    const Time now = io::Clock::now();
    self->rest_if_idle(*host, now);
    self->replace_worn(now);
    self->ask_quiet(*host, now);
    while (self->is_at(host) && self->may_dial(*host, now)) {
      const std::size_t taken = host->connections() + self->dials_->under_way++;
      self->loop_.spawn(dial(self, host, self->most() - taken));
    }
    if (!self->is_at(host)) break;  // nobody would tell of it any more
    const auto next = self->next_look(*host);
    std::optional<io::Deadline> at;
    if (next) at.emplace(self->loop_, *next - io::Clock::now(), [self] { self->changed_.notify(); });
    co_await self->changed_.wait();
  }
}

std::size_t Client::most() const {
  if (!there_) return options_.policy.most;
  return std::min<std::uint64_t>(options_.policy.most, std::max<std::uint64_t>(allowed_, 1));
}

std::size_t Client::wanted_now() const {
  return static_cast<std::size_t>(std::ranges::count_if(up_, &Up::wanted));
}

bool Client::may_dial(Host& host, Time now) {
  const bool waits = resting_ || now < dials_->not_before || (!there_ && dials_->under_way > 0);
  const std::size_t wanted = there_ ? std::min(options_.policy.connections, most()) : 1;
  if (waits || wanted_now() + dials_->under_way >= wanted) return false;
  if (host.connections() + dials_->under_way < most()) return true;
  make_room(host);
  return false;
}

// Where no more may be open than there are, one that is to be replaced ends first.
void Client::make_room(Host& host) {
  const auto worn = std::ranges::find_if(up_, [](const Up& up) { return !up.wanted; });
  if (worn != up_.end()) host.drop(worn->number);
}

// What others take over from says no more; of one that is silent nothing is waited for.
void Client::retire_replaced(Host& host) {
  auto stay = std::ranges::count_if(up_, [](const Up& up) { return !up.leaving; });
  for (Up& up : up_) {
    if (up.silent) host.drop(up.number);
    if (up.wanted || up.leaving || stay <= static_cast<std::ptrdiff_t>(options_.policy.connections)) continue;
    if (!up.silent) host.session().retire(up.number);
    up.leaving = true;
    --stay;
  }
  host.settle();
}

void Client::replace_worn(Time now) {
  for (Up& up : up_)
    if (up.retires <= now) up.wanted = false;
}

// A connection that was frozen on its way to us looks like one on which there is nothing to say: only an
// answer that does not come tells. So it is asked soon after it fell quiet, and then ever more rarely.
void Client::ask_quiet(Host& host, Time now) {
  for (Up& up : up_) {
    const Time heard = host.heard(up.number).value_or(up.heard);
    if (heard > up.heard || up.asks == Time()) {
      up.heard = heard;
      up.pause = kFirstQuiet;
      up.asks = heard + kFirstQuiet;
    }
    if (!up.wanted || host.streams() == 0 || now < up.asks) continue;
    host.session().ping(up.number);
    up.pause = std::min<Duration>(2 * up.pause, kLongestQuiet);
    up.asks = now + up.pause;
  }
  host.settle();
}

void Client::rest_if_idle(Host& host, Time now) {
  const auto idle = options_.policy.idle;
  if (host.streams() > 0 || idle == idle.zero()) {
    used_ = now;
    resting_ = false;
  } else if (there_ && now >= used_ + idle) {
    resting_ = true;
    for (const Up& up : up_) host.drop(up.number);
  }
}

std::optional<Time> Client::next_look(const Host& host) const {
  std::optional<Time> next;
  const Time now = io::Clock::now();
  if (dials_->not_before > now) next = dials_->not_before;
  if (options_.policy.idle > options_.policy.idle.zero() && host.streams() == 0 && !resting_)
    note_earlier(next, used_ + options_.policy.idle);
  for (const Up& up : up_) {
    if (!up.wanted) continue;
    if (up.retires != Time::max()) note_earlier(next, up.retires);
    if (host.streams() > 0) note_earlier(next, up.asks);
  }
  return next;
}

}  // namespace rozaneh::tunnel
