#include "egress/open.h"

#include "io/error.h"

namespace rozaneh::egress {

bool OpenEgress::lets_out(const Endpoint& to) const {
  return !options_.refused_ports.contains(to.port) && (options_.allow_private || to.address.is_public());
}

io::Task<Result<io::StreamPtr>> OpenEgress::open(io::Loop& loop, const Target& target,
                                                 const Origin& /*origin*/) {
  if (options_.refused_ports.contains(target.port)) co_return fail(EgressError::port);
  const std::string host = target.host_text();
  const auto addresses = co_await io::resolve(loop, host);
  if (!addresses) co_return std::unexpected(addresses.error());
  io::TcpDialer dialer(loop);
  Result<io::StreamPtr> last = fail(EgressError::private_network);
  for (const IpAddress& address : *addresses) {
    const Endpoint endpoint{address, target.port};
    if (!lets_out(endpoint)) continue;
    last = co_await dialer.connect(endpoint);
    if (last) break;
  }
  co_return last;
}

}  // namespace rozaneh::egress
