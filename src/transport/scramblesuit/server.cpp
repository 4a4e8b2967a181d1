#include "transport/scramblesuit/server.h"

#include <fmt/format.h>

#include "crypto/hash.h"
#include "transport/scramblesuit/error.h"
#include "transport/setup_error.h"

namespace rozaneh::scramblesuit {
namespace {

constexpr const char* kStateRecord = "scramblesuit_state.json";
constexpr const char* kHelloRecord = "scramblesuit_replay";
constexpr const char* kTicketRecord = "scramblesuit_used_tickets";

Result<ServerIdentity> load(io::State& state, Random& random, Time now) {
  const auto record = state.read(kStateRecord);
  if (!record) return std::unexpected(record.error());
  if (!*record) return ServerIdentity::generate(random, now);
  auto identity = ServerIdentity::from_json(text_of(**record));
  if (!identity)
    return fail(transport::SetupError::state,
                fmt::format("{}: {}", kStateRecord, identity.error().message()));
  return identity;
}

Result<> save(io::State& state, const ServerIdentity& identity) {
  std::string json = identity.to_json();
  auto saved = state.write(kStateRecord, bytes_of(json));
  wipe({reinterpret_cast<std::uint8_t*>(json.data()), json.size()});
  return saved;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::open(const std::optional<Password>& password, io::State& state,
                                             Random& random, Log& log, Time now) {
  auto identity = load(state, random, now);
  if (!identity) return std::unexpected(identity.error());
  if (password) identity->password = *password;
  identity->tickets.rotate(random, now);
  if (auto saved = save(state, *identity); !saved) return fail(std::move(saved));

  const auto digest = crypto::sha256(bytes_of("rozaneh replay filter"), identity->password.bytes());
  const Secret<16> key(Bytes(digest).first<16>());
  auto hellos = transport::KeptReplayFilter::open(key, state, kHelloRecord, now);
  if (!hellos) return std::unexpected(hellos.error());
  auto tickets = transport::KeptReplayFilter::open(key, state, kTicketRecord, now, kTicketLife);
  if (!tickets) return std::unexpected(tickets.error());
  return std::unique_ptr<Server>(
      new Server(std::move(*identity), state, log, std::move(*hellos), std::move(*tickets)));
}

Server::Server(ServerIdentity identity, io::State& state, Log& log, Filter hellos, Filter tickets)
    : password_(identity.password),
      lengths_(std::make_shared<const Lengths>(identity.seed)),
      state_(state),
      log_(log),
      hellos_(std::move(hellos)),
      tickets_(std::move(tickets)),
      identity_(std::move(identity)) {}

Grant Server::issue(Random& random, Time now) {
  Grant grant;
  random.fill(grant.key.bytes());
  std::array<std::uint8_t, 16> iv{};
  random.fill(iv);
  const std::scoped_lock lock(mutex_);
  if (identity_.tickets.rotate(random, now)) {
    // Until the next start the keys are known at least to us; after it, clients with tickets of this week
    // have to exchange keys again.
    if (const auto saved = save(state_, identity_); !saved)
      log_.warn("scramblesuit: the new ticket key cannot be kept: {}", saved.error().message());
  }
  grant.ticket = identity_.tickets.current.seal(grant.key, now, iv);
  return grant;
}

std::optional<MasterKey> Server::open_ticket(std::span<const std::uint8_t, kTicketSize> ticket, Time now) {
  const std::scoped_lock lock(mutex_);
  return identity_.tickets.open(ticket, now);
}

bool Server::seen(transport::KeptReplayFilter& filter, Bytes tag, Time now) {
  const bool seen = filter.seen(tag, now);
  if (filter.unkept() && !told_unkept_.exchange(true))
    log_.warn(
        "scramblesuit: the replay filter cannot be kept: a restart will forget the hellos of the last hours");
  return seen;
}

}  // namespace rozaneh::scramblesuit
