#include "tunnel/host_parts.h"
#include "wire/socks_reply.h"

namespace rozaneh::tunnel {
namespace {

// What a reset is to whoever reads or writes the stream.
Error error_of(ResetReason reason) {
  const auto code = static_cast<std::uint64_t>(reason);
  if (code >= 1 && code <= 8) return static_cast<SocksReply>(code);
  return {TunnelError::reset, reason == ResetReason::too_many_streams ? "too many streams" : ""};
}

}  // namespace

std::shared_ptr<Host> Host::make(io::Loop& loop, Role role, const Parameters& ours, Owner& owner) {
  const std::shared_ptr<Host> host(new Host(loop, role, ours, owner));
  loop.spawn(keep_time(host));
  return host;
}

Host::Host(io::Loop& loop, Role role, const Parameters& ours, Owner& owner)
    : loop_(loop),
      owner_(&owner),
      session_(role, ours, *this, io::Clock::now()),
      timer_(loop.executor()),
      can_open_(loop),
      written_(loop) {}

Host::~Host() = default;

io::Task<> Host::keep_time(std::shared_ptr<Host> self) {
  while (true) {
    const auto next = self->session_.next_time();
    if (!next) break;
    self->armed_ = *next;
    self->timer_.expires_at(*next);
    co_await self->timer_.async_wait(io::kResume);
    if (self->session_.next_time() <= io::Clock::now()) self->session_.tick(io::Clock::now());
  }
}

void Host::settle() {
  const auto next = session_.next_time();
  if (!next || *next < armed_) timer_.cancel();
}

void Host::close(CloseReason reason, const std::shared_ptr<void>& telling) {
  if (session_.ended()) return;
  for (const auto& [number, link] : links_) link->telling = telling;
  session_.close(reason);
  closed(reason);
  settle();
}

// --- what the session says ---

void Host::tell_soon(std::function<void()> what) {
  loop_.post([self = weak_from_this(), what = std::move(what)] {
    const auto host = self.lock();
    if (host && host->owner_ != nullptr) what();
  });
}

void Host::to_send() {
  for (const auto& [number, link] : links_) link->to_send.notify();
}

void Host::incoming(StreamNumber stream, StreamKind kind, const Target& target) {
  tell_soon([this, stream, kind, target] { owner_->incoming(*this, stream, kind, target); });
}

void Host::opened(StreamNumber /*stream*/) {}
void Host::can_open() { can_open_.notify(); }

void Host::readable(StreamNumber stream) {
  const auto found = waiting_.find(stream);
  if (found != waiting_.end()) found->second->readable.notify();
}

void Host::writable(StreamNumber stream) {
  const auto found = waiting_.find(stream);
  if (found != waiting_.end()) found->second->writable.notify();
}

void Host::reset(StreamNumber stream, ResetReason reason) {
  const auto found = waiting_.find(stream);
  if (found != waiting_.end()) found->second->fail(error_of(reason));
}

void Host::suspect(ConnectionNumber connection) {
  tell_soon([this, connection] { owner_->suspect(connection); });
}

void Host::over(ConnectionNumber connection) {
  const auto found = links_.find(connection);
  if (found == links_.end()) return;
  found->second->ends = true;
  found->second->to_send.notify();
}

void Host::closed(CloseReason reason) {
  for (const auto& [number, waiting] : waiting_) waiting->fail(Error(TunnelError::ended));
  can_open_.notify();
  to_send();
  timer_.cancel();
  tell_soon([this, reason] { owner_->ended(reason); });
}

}  // namespace rozaneh::tunnel
