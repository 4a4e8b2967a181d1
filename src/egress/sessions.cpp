#include "egress/sessions.h"

#include "egress/reply.h"
#include "io/relay.h"
#include "io/tcp_stream.h"

namespace rozaneh::egress {
namespace {

constexpr std::string_view kName = "tunnel";

}  // namespace

void SessionStreams::open(std::shared_ptr<tunnel::Host> host, tunnel::StreamNumber stream,
                          tunnel::StreamKind kind, const Target& target, const Endpoint& client) {
  if (kind == tunnel::StreamKind::udp) return open_flow(*host, stream, target);
  io::Loop& loop = host->loop();
  loop.spawn(serve(std::move(host), stream, egress_.fixed().value_or(target), client));
}

void SessionStreams::open_flow(tunnel::Host& host, tunnel::StreamNumber stream, const Target& target) {
  if (egress_.fixed()) return host.refuse(stream, Error(SocksReply::command_not_supported));
  if (host.flows() >= kMostFlows || counters_.flows >= kMostFlowsInAll)
    return host.refuse_one_too_many(stream);
  host.loop().spawn(serve_flow(make_flow(host, stream, host.accept_flow(stream), target)));
}

std::shared_ptr<Flow> SessionStreams::make_flow(tunnel::Host& host, tunnel::StreamNumber stream,
                                                io::DatagramsPtr inside, const Target& target) {
  const auto flow = std::make_shared<Flow>(host.loop(), std::move(inside), egress_, counters_, target);
  // Nobody asks once `inside` is gone, which the flow has.
  host.leads_to(stream, [flow = flow.get()] { return flow->outlet(); });
  return flow;
}

io::Task<> SessionStreams::serve_flow(std::shared_ptr<Flow> flow) {
  const Opened open(counters_.flows);
  co_await Flow::run(std::move(flow));
}

io::Task<> SessionStreams::serve(std::shared_ptr<tunnel::Host> host, tunnel::StreamNumber stream,
                                 Target target, Endpoint client) {
  io::Loop& loop = host->loop();
  const Opened open(counters_.open);  // from here on: a drain waits for what is being dialled, too
  const Origin origin{.peer = client, .transport = kName};
  auto out = co_await egress_.open(loop, target, origin);
  if (!out) {
    ++counters_.failed;
    host->refuse(stream, Error(reply_for(out.error())));
    log_.debug("{}: {}", kName, out.error().message());
    co_return;
  }
  io::StreamPtr inside = host->accept(stream);
  // Plain TCP alone can be handed to another process.
  if (auto* outlet = dynamic_cast<io::TcpStream*>(out->get())) host->leads_to(stream, *outlet);
  host.reset();
  co_await carry(loop, std::move(inside), std::move(*out));
}

io::Task<> SessionStreams::go_on(io::Loop& loop, io::StreamPtr inside, io::StreamPtr out) {
  const Opened open(counters_.open);
  co_await carry(loop, std::move(inside), std::move(out));
}

io::Task<> SessionStreams::carry(io::Loop& loop, io::StreamPtr inside, io::StreamPtr out) {
  const io::RelayOptions relay{.idle_limit = idle_limit_};
  const auto outcome = co_await io::relay(loop, *inside, *out, counters_, relay);
  if (!outcome) log_.debug("{}: {}", kName, outcome.error().message());
  inside.reset();  // before what it leads to
}

void SessionStreams::resume(std::shared_ptr<tunnel::Host> host, const tunnel::OutletSnapshot& outlet,
                            io::Descriptor socket, const Endpoint& client) {
  io::Loop& loop = host->loop();
  auto out = io::TcpStream::adopt(loop, std::move(socket), outlet.shut);
  if (!out) return StreamHandler::resume(std::move(host), outlet, {}, client);
  io::StreamPtr inside = host->resume(outlet);
  host->leads_to(outlet.stream, **out);
  loop.spawn(go_on(loop, std::move(inside), std::move(*out)));
}

void SessionStreams::resume(tunnel::Host& host, const tunnel::FlowSnapshot& from,
                            std::vector<io::Descriptor>& sockets) {
  const auto flow = make_flow(host, from.stream, host.resume(from), from.only);
  Flow::resume(flow, sockets, from.remotes);
  host.loop().spawn(serve_flow(flow));
}

}  // namespace rozaneh::egress
