#include "proxy/association.h"

#include "wire/socks_datagram.h"

namespace rozaneh::proxy {
Association::Association(io::Loop& loop, Opener& opener, Counters& counters, io::UdpSocket socket,
                         io::DatagramsPtr flow, const Endpoint& application)
    : loop_(loop),
      opener_(opener),
      counters_(counters),
      socket_(std::move(socket)),
      flow_(std::move(flow)),
      application_(application) {}

io::Task<> Association::run(std::shared_ptr<Association> self, io::Stream& control,
                            io::Clock::duration idle_limit) {
  const Opened open(self->counters_.flows);
  self->idle_.emplace(self->loop_.idle(), idle_limit, control, control);
  self->loop_.spawn(pass_out(self));
  self->loop_.spawn(pass_back(self, self->flow_));
  for (;;) {
    const auto said = co_await control.read();
    if (!said || said->empty()) break;  // nothing is said there; what is, means nothing
  }
  self->over_ = true;
  self->idle_.reset();
  self->socket_.close();
  self->flow_->abort();
}

void Association::count(std::atomic<std::uint64_t>& direction, std::size_t size) {
  if (idle_) idle_->touch();
  direction += size;
  ++counters_.datagrams;
}

// --- out ---

io::Task<> Association::pass_out(std::shared_ptr<Association> self) {
  for (;;) {
    const bool readable = co_await self->socket_.readable();
    if (!readable) co_return;
    // What comes meanwhile waits in the socket, which has its own bound.
    if (self->flow_->ended()) co_await open_again(self);
    self->socket_.receive_ready(self->loop_.pool(),
                                [&self](const auto& arrived, Bytes bytes) { self->take(arrived, bytes); });
  }
}

// The server ends a flow that was silent for long, and all of them when it starts anew: the next datagram
// makes another one.
io::Task<> Association::open_again(std::shared_ptr<Association> self) {
  auto flow = co_await self->opener_.open_flow(self->loop_);
  if (!flow || self->over_) co_return;
  self->flow_ = std::move(*flow);
  self->loop_.spawn(pass_back(self, self->flow_));
}

void Association::take(const io::UdpSocket::Arrived& arrived, Bytes bytes) {
  const bool from_it = arrived.from.address == application_.address &&
                       (application_.port == 0 || arrived.from.port == application_.port);
  if (!from_it || bytes.size() != arrived.size) return drop();
  const auto datagram = decode_socks_datagram(bytes);
  if (!datagram) return drop();
  application_.port = arrived.from.port;
  if (!flow_->send(datagram->address, datagram->bytes)) return drop();
  count(counters_.up, datagram->bytes.size());
}

// --- back ---

io::Task<> Association::pass_back(std::shared_ptr<Association> self, Flow flow) {
  for (;;) {
    const auto datagram = co_await flow->receive();
    if (!datagram) co_return;
    self->give(*datagram);
  }
}

void Association::give(const io::Datagram& datagram) {
  const Buffer whole = encode_socks_datagram({.address = datagram.address, .bytes = datagram.bytes});
  if (application_.port == 0 || !socket_.send(application_, whole)) return drop();
  count(counters_.down, datagram.bytes.size());
}

}  // namespace rozaneh::proxy
