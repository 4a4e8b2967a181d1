#include "egress/flow.h"

#include <algorithm>

#include "io/dial.h"

namespace rozaneh::egress {
namespace {

constexpr std::size_t kMostAddresses = 8;  // of a name

const IpAddress kAnyV4{};
const IpAddress kAnyV6{std::array<std::uint8_t, 16>{}};

}  // namespace

Flow::Flow(io::Loop& loop, io::DatagramsPtr inside, Egress& egress, Counters& counters, Target target,
           io::Clock::duration idle_limit)
    : loop_(loop),
      inside_(std::move(inside)),
      egress_(egress),
      counters_(counters),
      idle_limit_(idle_limit),
      idle_(loop.executor()) {
  if (target != Target()) only_ = std::move(target);
}

io::Task<> Flow::run(std::shared_ptr<Flow> self) {
  self->loop_.spawn(watch(self));
  for (;;) {
    const auto datagram = co_await self->inside_->receive();
    if (!datagram) break;
    self->pass_out(self, *datagram);
  }
  self->end();
}

tunnel::Host::FlowOutlet Flow::outlet() {
  tunnel::Host::FlowOutlet now{.only = only_.value_or(Target()),
                               .sockets = {},
                               .remotes = {remotes_in_order_.begin(), remotes_in_order_.end()}};
  for (auto* socket : {&v4_, &v6_})
    if (*socket) now.sockets.push_back((*socket)->descriptor());
  return now;
}

void Flow::resume(const std::shared_ptr<Flow>& self, std::vector<io::Descriptor>& sockets,
                  const std::vector<Endpoint>& remotes) {
  for (io::Descriptor& descriptor : sockets) {
    auto socket = io::UdpSocket::adopt(self->loop_, std::move(descriptor));
    if (!socket) continue;  // another one is opened when it is needed
    const bool v6 = socket->endpoint().address.is_v6();
    (v6 ? self->v6_ : self->v4_).emplace(std::move(*socket));
    self->loop_.spawn(pass_back(self, v6));
  }
  for (const Endpoint& remote : remotes) self->remember(remote);
}

void Flow::end() {
  over_ = true;
  inside_->abort();
  for (auto* socket : {&v4_, &v6_})
    if (*socket) (*socket)->close();
  idle_.cancel();
}

io::Task<> Flow::watch(std::shared_ptr<Flow> self) {
  while (!self->over_) {
    self->idle_.expires_at(self->used_ + self->idle_limit_);
    co_await self->idle_.async_wait(io::kResume);
    if (io::Clock::now() >= self->used_ + self->idle_limit_) self->inside_->abort();
    if (self->inside_->ended()) break;
  }
}

void Flow::count(std::atomic<std::uint64_t>& direction, std::size_t size) {
  used_ = io::Clock::now();
  direction += size;
  ++counters_.datagrams;
}

// --- out ---

void Flow::pass_out(const std::shared_ptr<Flow>& self, const io::Datagram& datagram) {
  const auto& [address, bytes] = datagram;
  if (only_ && address != *only_) return drop();
  if (const auto* ip = std::get_if<IpAddress>(&address.host)) return send(self, {*ip, address.port}, bytes);
  pass_to_name(self, std::get<std::string>(address.host), {.port = address.port, .bytes = bytes});
}

void Flow::send(const std::shared_ptr<Flow>& self, const Endpoint& to, Bytes bytes) {
  if (!egress_.lets_out(to)) return drop();
  io::UdpSocket* socket = socket_for(self, to.address.is_v6());
  if (socket == nullptr) return drop();
  remember(to);
  if (!socket->send(to, bytes)) return drop();
  count(counters_.up, bytes.size());
}

io::UdpSocket* Flow::socket_for(const std::shared_ptr<Flow>& self, bool v6) {
  auto& socket = v6 ? v6_ : v4_;
  if (socket) return &*socket;
  auto opened = io::UdpSocket::open(loop_, {v6 ? kAnyV6 : kAnyV4, 0});
  if (!opened) return nullptr;
  socket.emplace(std::move(*opened));
  loop_.spawn(pass_back(self, v6));
  return &*socket;
}

void Flow::remember(const Endpoint& remote) {
  if (!remotes_.insert(remote).second) return;
  remotes_in_order_.push_back(remote);
  if (remotes_.size() <= kMostRemotes) return;
  remotes_.erase(remotes_in_order_.front());
  remotes_in_order_.pop_front();
}

// --- names ---

void Flow::pass_to_name(const std::shared_ptr<Flow>& self, const std::string& host, Waiting datagram) {
  const auto at = room_for_name(host);
  if (at == names_.end()) return drop();
  Name& name = at->second;
  if (!name.asking && io::Clock::now() < name.until) return send_to_first_allowed(self, name, datagram);
  if (name.waiting.size() >= kMostWaiting) return drop();
  name.waiting.push_back(std::move(datagram));
  if (name.asking) return;
  name.asking = true;
  ++questions_;
  loop_.spawn(look_up(self, host));
}

// The name's entry; end() where it would be one too many.
Flow::Names::iterator Flow::room_for_name(const std::string& host) {
  const auto found = names_.find(host);
  const bool asks =
      found == names_.end() || (!found->second.asking && io::Clock::now() >= found->second.until);
  if (asks && questions_ >= kMostQuestions) return names_.end();
  if (found != names_.end()) return found;
  if (names_.size() >= kMostNames) {
    // kMostQuestions of them are being asked for at most, so that there is one that is not.
    const auto oldest = std::ranges::min_element(names_, {}, [](const auto& entry) {
      return entry.second.asking ? io::Clock::time_point::max() : entry.second.until;
    });
    names_.erase(oldest);
  }
  return names_.try_emplace(host).first;
}

io::Task<> Flow::look_up(std::shared_ptr<Flow> self, std::string name) {
  const auto addresses = co_await io::resolve(self->loop_, name);
  --self->questions_;
  if (self->over_) co_return;
  Name& entry = self->names_[name];
  entry.asking = false;
  entry.until = io::Clock::now() + kNameLife;
  entry.addresses = addresses ? *addresses : std::vector<IpAddress>();
  entry.addresses.resize(std::min(entry.addresses.size(), kMostAddresses));
  for (const Waiting& waiting : std::exchange(entry.waiting, {}))
    self->send_to_first_allowed(self, entry, waiting);
}

void Flow::send_to_first_allowed(const std::shared_ptr<Flow>& self, const Name& name,
                                 const Waiting& datagram) {
  for (const IpAddress& address : name.addresses)
    if (egress_.lets_out({address, datagram.port}))
      return send(self, {address, datagram.port}, datagram.bytes);
  drop();
}

// --- back ---

io::Task<> Flow::pass_back(std::shared_ptr<Flow> self, bool v6) {
  io::UdpSocket& socket = v6 ? *self->v6_ : *self->v4_;
  for (;;) {
    const bool readable = co_await socket.readable();
    if (!readable) co_return;
    socket.receive_ready(self->loop_.pool(),
                         [&self](const auto& arrived, Bytes bytes) { self->take(arrived, bytes); });
  }
}

void Flow::take(const io::UdpSocket::Arrived& arrived, Bytes bytes) {
  const bool whole = bytes.size() == arrived.size;
  if (!whole || !remotes_.contains(arrived.from)) return drop();
  if (!inside_->send(arrived.from, bytes)) return drop();
  count(counters_.down, bytes.size());
}

}  // namespace rozaneh::egress
