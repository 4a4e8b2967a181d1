#include "io/dial.h"

#include <boost/asio/ip/tcp.hpp>

#include "io/deadline.h"
#include "io/error.h"
#include "io/tcp_stream.h"

namespace rozaneh::io {

Task<Result<std::vector<IpAddress>>> resolve(Loop& loop, const std::string& host) {
  std::vector<IpAddress> addresses;
  if (const auto literal = IpAddress::parse(host)) {
    addresses.push_back(*literal);
    co_return addresses;
  }
  asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver(loop.executor());
  const auto [error, found] = co_await resolver.async_resolve(host, "", kResume);
  if (error) co_return fail(IoError::no_such_name);
  for (const auto& entry : found) addresses.push_back(from_asio(entry.endpoint()).address);
  if (addresses.empty()) co_return fail(IoError::no_such_name);
  co_return addresses;
}

Task<Result<StreamPtr>> TcpDialer::dial(const Target& target) {
  const std::string host = target.host_text();
  const auto addresses = co_await resolve(loop_, host);
  if (!addresses) co_return std::unexpected(addresses.error());
  co_return co_await dial_first(*addresses, target.port);
}

Task<Result<StreamPtr>> TcpDialer::dial_public(const Target& target) {
  const std::string host = target.host_text();
  auto addresses = co_await resolve(loop_, host);
  if (!addresses) co_return std::unexpected(addresses.error());
  const bool named = std::holds_alternative<std::string>(target.host) && !IpAddress::parse(host);
  if (named) std::erase_if(*addresses, [](const IpAddress& address) { return !address.is_public(); });
  if (addresses->empty()) co_return fail(IoError::no_such_name, "it has private addresses only");
  co_return co_await dial_first(std::move(*addresses), target.port);
}

Task<Result<StreamPtr>> TcpDialer::dial_first(std::vector<IpAddress> addresses, std::uint16_t port) {
  Result<StreamPtr> last = fail(IoError::unreachable);
  for (const IpAddress& address : addresses) {
    const Endpoint endpoint{address, port};
    last = co_await connect(endpoint);
    if (last) break;
  }
  co_return last;
}

Task<Result<StreamPtr>> TcpDialer::connect(Endpoint endpoint) {
  const auto remote = to_asio(endpoint);
  TcpSocket socket(loop_.executor());
  boost::system::error_code failure;
  socket.open(remote.protocol(), failure);
  if (failure) co_return std::unexpected(from_system(failure));
  tune_tcp(socket.native_handle());
  const auto& source = endpoint.address.is_v6() ? options_.source_v6 : options_.source_v4;
  if (source) socket.bind(to_asio(Endpoint{*source, 0}), failure);
  if (failure) co_return std::unexpected(from_system(failure));

  const Deadline limit(loop_, options_.time_limit, [&socket] {
    boost::system::error_code ignored;
    socket.close(ignored);
  });
  const auto [error] = co_await socket.async_connect(remote, kResume);
  if (limit.passed()) co_return fail(IoError::timed_out);
  if (error) co_return std::unexpected(from_system(error));
  co_return std::make_unique<TcpStream>(loop_, std::move(socket));
}

}  // namespace rozaneh::io
