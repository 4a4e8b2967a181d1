#include "pt/or_port.h"

#include "io/deadline.h"
#include "io/drive.h"
#include "io/error.h"
#include "io/prefixed_stream.h"
#include "io/state.h"

namespace rozaneh::pt {
namespace {

constexpr std::size_t kMostCookieFile = 4096;  // it has 64 bytes

}  // namespace

io::Task<Result<io::StreamPtr>> OrPort::open(io::Loop& loop, const Target& target,
                                             const egress::Origin& /*origin*/) {
  io::TcpDialer dialer(loop);
  auto stream = co_await dialer.dial(target);
  if (!stream) log_.warn("Tor's ORPort cannot be reached: {}", stream.error().message());
  co_return stream;
}

io::Task<Result<io::StreamPtr>> ExtendedOrPortEgress::open(io::Loop& loop, const Target& target,
                                                           const egress::Origin& origin) {
  io::TcpDialer dialer(loop);
  auto stream = co_await dialer.dial(target);
  if (stream) stream = co_await introduce(loop, std::move(*stream), origin);
  if (!stream) log_.warn("Tor's extended ORPort cannot be used: {}", stream.error().message());
  co_return stream;
}

io::Task<Result<io::StreamPtr>> ExtendedOrPortEgress::introduce(io::Loop& loop, io::StreamPtr stream,
                                                                const egress::Origin& origin) {
  const auto cookie = read_cookie();
  if (!cookie) co_return std::unexpected(cookie.error());
  ExtOrPortClient::Nonce nonce{};
  loop.random().fill(nonce);
  const ExtOrPortClient::Connection connection{origin.peer, std::string(origin.transport)};
  // On the heap: a connection that only carries bytes has no use for it.
  const auto client = std::make_unique<ExtOrPortClient>(*cookie, nonce, connection);
  const io::Deadline limit(loop, kAnswerLimit, *stream);
  const auto early = co_await io::drive(*stream, *client);
  if (limit.passed()) co_return fail(io::IoError::timed_out);
  if (!early) co_return std::unexpected(early.error());
  co_return io::with_prefix(loop, std::move(stream), *early);
}

Result<ExtOrPortCookie> ExtendedOrPortEgress::read_cookie() const {
  const auto content = io::read_file(port_.cookie, kMostCookieFile);
  if (!content) return std::unexpected(content.error());
  return parse_ext_orport_cookie(*content);
}

std::unique_ptr<egress::Egress> make_egress(const ServerOrder& order, Log& log) {
  if (order.extended) return std::make_unique<ExtendedOrPortEgress>(*order.extended, log);
  return std::make_unique<OrPort>(*order.or_port, log);
}

}  // namespace rozaneh::pt
