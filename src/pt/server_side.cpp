#include "pt/server_side.h"

#include <utility>

#include "wire/pt_lines.h"

namespace rozaneh::pt {

ServerSide::ServerSide(ServerOrder order, const Parts& parts)
    : order_(std::move(order)), parts_(parts), egress_(make_egress(order_, parts.output)) {
  if (order_.extended && !order_.extended->address.address.is_loopback())
    parts_.output.warn(
        "Tor's extended ORPort is not on loopback: the addresses of users cross the network unencrypted");
}

std::size_t ServerSide::listen(io::Server& server) {
  std::size_t listening = 0;
  for (const ServerTransport& wanted : order_.transports) {
    const transport::Transport* transport = find_wanted(parts_, wanted.name);
    if (transport == nullptr) continue;
    const auto at = listen(server, *transport, wanted);
    if (at) ++listening;
    parts_.output.say(at ? smethod(wanted.name, methods_.back().acceptor->server().value_or(*at),
                                   methods_.back().acceptor->client_arguments())
                         : smethod_error(wanted.name, at.error().message()));
  }
  parts_.output.say(smethods_done());
  return listening;
}

Result<Endpoint> ServerSide::listen(io::Server& server, const transport::Transport& transport,
                                    const ServerTransport& wanted) {
  const Arguments options = with_defaults(wanted.options, parts_.defaults, wanted.name);
  auto acceptor = transport.acceptor(
      {.arguments = options, .state = parts_.state, .random = parts_.random, .log = parts_.output});
  if (!acceptor) return std::unexpected(acceptor.error());
  auto bridge = std::make_unique<egress::Bridge>(**acceptor, *egress_, parts_.counters, parts_.output,
                                                 egress::Bridge::Options{.transport = wanted.name});
  Method& method = methods_.emplace_back(std::move(*acceptor), std::move(bridge));
  return server.listen(wanted.listen, *method.bridge);
}

}  // namespace rozaneh::pt
