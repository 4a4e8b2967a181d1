#include "site/h2_tunnel_stream.h"

#include "io/error.h"

namespace rozaneh::site {
namespace {

constexpr std::size_t kMostUnsent = 64 * 1024;

}  // namespace

H2Tunnel::H2Tunnel(std::shared_ptr<Http2> connection, std::uint32_t id)
    : connection_(std::move(connection)), id_(id) {
  ++connection_->tunnels_;
}

H2Tunnel::~H2Tunnel() {
  H2Tunnel::abort();
  --connection_->tunnels_;
}

io::Task<Result<io::Chunk>> H2Tunnel::read() {
  for (;;) {
    if (aborted_) co_return fail(io::IoError::aborted);
    const auto taken = connection_->session_.take_inbound(id_);
    if (!taken) co_return fail(io::IoError::reset);
    if (!taken->empty()) {
      connection_->wake();
      io::Chunk chunk = connection_->loop_.pool().borrow();
      copy(chunk.room(), *taken);
      chunk.grow(taken->size());
      co_return chunk;
    }
    if (connection_->session_.tunnel_ended(id_)) co_return io::Chunk();
    co_await connection_->changed_.wait();
  }
}

io::Task<Result<>> H2Tunnel::write(Bytes bytes) {
  while (!bytes.empty()) {
    while (!aborted_ && connection_->session_.unsent(id_).value_or(0) >= kMostUnsent)
      co_await connection_->changed_.wait();
    if (aborted_) co_return fail(io::IoError::aborted);
    const Bytes part = bytes.first(std::min(bytes.size(), kMostUnsent));
    if (!connection_->session_.send(id_, part)) co_return fail(io::IoError::reset);
    bytes = bytes.subspan(part.size());
    connection_->wake();
  }
  co_return Result<>();
}

io::Task<Result<>> H2Tunnel::finish() {
  connection_->session_.finish(id_);
  connection_->wake();
  for (;;) {
    if (aborted_) co_return fail(io::IoError::aborted);
    const auto unsent = connection_->session_.unsent(id_);
    if (!unsent) co_return fail(io::IoError::reset);
    if (*unsent == 0) co_return Result<>();
    co_await connection_->changed_.wait();
  }
}

void H2Tunnel::abort() noexcept {
  if (std::exchange(aborted_, true)) return;
  connection_->session_.leave(id_);
  connection_->wake();
}

}  // namespace rozaneh::site
