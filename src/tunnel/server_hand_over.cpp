// A server's sessions on their way from one process to the next.
#include "io/inheritance.h"
#include "tunnel/server_parts.h"

namespace rozaneh::tunnel {
namespace {

// Clients of sessions that were handed over make their connections anew, within a round trip or two.
constexpr std::chrono::seconds kComeBack{30};

}  // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): those that carry it on keep it
void StreamHandler::resume(std::shared_ptr<Host> host, const OutletSnapshot& outlet,
                           io::Descriptor /*socket*/, const Endpoint& /*client*/) {
  host->session().reset(outlet.stream, ResetReason::connection_failed);
  host->settle();
}

void StreamHandler::resume(Host& host, const FlowSnapshot& flow, std::vector<io::Descriptor>& /*sockets*/) {
  host.session().reset(flow.stream, ResetReason::connection_failed);
  host.settle();
}

HandOverHead Server::head() const {
  return {.server = key_.public_key,
          .started = hellos_.since(now_seconds()),
          .replay_key = hellos_.key(),
          .seen = {hellos_.seen().begin(), hellos_.seen().end()}};
}

Result<Handed> Server::hand_over(const std::function<Result<>(Bytes)>& write, std::size_t most_bytes,
                                 std::size_t most_sockets) {
  const std::scoped_lock lock(mutex_);
  HandOverWriter writer;
  Handed handed;
  std::size_t size = 0;
  auto written = write(writer.head(head()));
  for (const auto& [name, served] : sessions_) {
    if (!written) break;
    if (served->host->session().ended()) continue;
    Host::Snapshot now = served->host->snapshot();
    handed.streams += now.outlets.size();
    handed.flows += now.flows.size();
    Buffer part = writer.session({.name = name,
                                  .secret = served->secret,
                                  .client = served->client,
                                  .user = served->user,
                                  .session = std::move(now.session),
                                  .outlets = std::move(now.outlets),
                                  .flows = std::move(now.flows)});
    size += part.size();
    written = write(part);
    wipe(part);
    handed.sockets.insert(handed.sockets.end(), now.sockets.begin(), now.sockets.end());
    ++handed.sessions;
    if (size < most_bytes && handed.sockets.size() < most_sockets) continue;
    handed.left_out = sessions_.size() - handed.sessions;
    break;
  }
  if (written) written = write(writer.end());
  if (!written) return std::unexpected(written.error());
  return handed;
}

Result<Server::Resumed> Server::resume(Bytes from, io::Loops& loops, Sockets& sockets) {
  auto reader = HandOverReader::open(from);
  if (!reader) return std::unexpected(reader.error());
  const HandOverHead& head = reader->head();
  if (head.server != key_.public_key) return fail(TunnelError::malformed, "a hand-over of another bridge");
  {
    const std::scoped_lock lock(mutex_);
    hellos_ = HelloMemory(head.replay_key, now_seconds(), head.started, head.seen);
  }
  Resumed resumed;
  for (std::size_t i = 0;; ++i) {
    const auto served = reader->next();
    if (served && !*served) break;
    const bool goes_on = served && resume_one(**served, loops[i % loops.size()], sockets, resumed);
    ++(goes_on ? resumed.sessions : resumed.lost);
  }
  return resumed;
}

bool Server::is_welcome(const ServedSnapshot& from) const {
  const std::scoped_lock lock(mutex_);
  return !users_ || (from.user && users_->find(*from.user) != nullptr);
}

void Server::enlist_again(const std::shared_ptr<Served>& served, const CredentialHash& user) {
  served->user = user;
  served->standing->expected = io::Clock::now() + kComeBack;
  const std::scoped_lock lock(mutex_);
  of_users_[user].push_back({.standing = served->standing, .served = served});
}

bool Server::resume_one(const ServedSnapshot& from, io::Loop& loop, Sockets& sockets, Resumed& resumed) {
  auto place = limits_->admit(from.client.address);
  if (!place || !is_welcome(from)) return false;
  const auto served =
      std::make_shared<Served>(*this, loop, from.name, from.client, from.session.ours, std::move(*place));
  served->secret = from.secret;
  const std::shared_ptr<Host>& host = served->host;
  host->session().restore(from.session, io::Clock::now());
  if (from.user) enlist_again(served, *from.user);
  add(served);
  std::set<StreamNumber> led;
  for (const OutletSnapshot& outlet : from.outlets) {
    auto socket = sockets.extract(outlet.socket);
    if (socket.empty()) continue;
    handler_.resume(host, outlet, std::move(socket.mapped()), from.client);
    led.insert(outlet.stream);
    ++resumed.streams;
  }
  for (const FlowSnapshot& flow : from.flows) {
    std::vector<io::Descriptor> its;
    for (const std::uint64_t name : flow.sockets)
      if (auto socket = sockets.extract(name)) its.push_back(std::move(socket.mapped()));
    handler_.resume(*host, flow, its);
    led.insert(flow.stream);
    ++resumed.flows;
  }
  // Those that led somewhere where we cannot follow.
  for (const StreamSnapshot& stream : from.session.streams)
    if (stream.opened && !stream.is_left() && !led.contains(stream.number))
      host->session().reset(stream.number, ResetReason::connection_failed);
  host->settle();
  return true;
}

}  // namespace rozaneh::tunnel
