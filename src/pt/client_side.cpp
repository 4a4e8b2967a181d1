#include "pt/client_side.h"

#include "proxy/upstream.h"
#include "wire/pt_lines.h"

namespace rozaneh::pt {
namespace {

const Endpoint kLoopbackV4{IpAddress(std::array<std::uint8_t, 4>{127, 0, 0, 1}), 0};
const Endpoint kLoopbackV6{IpAddress(std::array<std::uint8_t, 16>{0, 0, 0, 0, 0, 0, 0, 0,  //
                                                                  0, 0, 0, 0, 0, 0, 0, 1}),
                           0};

BridgeOpener::RawDialer raw_dialer(const Environment& environment,
                                   const std::optional<UpstreamProxy>& proxy) {
  const io::TcpDialer::Options tcp{.source_v4 = environment.source_v4, .source_v6 = environment.source_v6};
  return [proxy, tcp](io::Loop& loop) -> std::unique_ptr<io::Dialer> {
    if (proxy) return std::make_unique<proxy::UpstreamDialer>(loop, *proxy, tcp);
    return std::make_unique<io::TcpDialer>(loop, tcp);
  };
}

}  // namespace

ClientSide::Method::Method(const transport::Transport& transport, BridgeOpener::RawDialer raw,
                           const Parts& parts)
    : connectors(transport, parts),
      opener(connectors, std::move(raw), parts.output),
      proxy(opener, parts.counters, parts.output, {.http = false}) {}

ClientSide::ClientSide(const Environment& environment, const ClientOrder& order, const Parts& parts)
    : order_(order), parts_(parts), raw_(raw_dialer(environment, order.proxy)) {}

std::size_t ClientSide::listen(io::Server& server) {
  if (order_.proxy) parts_.output.say(proxy_done());
  std::size_t listening = 0;
  for (const std::string& name : order_.transports) {
    const transport::Transport* transport = find_wanted(parts_, name);
    if (transport != nullptr && listen(server, *transport)) ++listening;
  }
  parts_.output.say(cmethods_done());
  return listening;
}

bool ClientSide::listen(io::Server& server, const transport::Transport& transport) {
  Method& method = *methods_.emplace_back(std::make_unique<Method>(transport, raw_, parts_));
  auto at = server.listen(kLoopbackV4, method.proxy);
  if (!at) at = server.listen(kLoopbackV6, method.proxy);  // a machine without IPv4
  parts_.output.say(at ? cmethod(transport.name(), *at)
                       : cmethod_error(transport.name(), at.error().message()));
  return at.has_value();
}

}  // namespace rozaneh::pt
