#include "tunnel/server.h"

#include "io/crossing_stream.h"
#include "io/deadline.h"
#include "io/event.h"
#include "tunnel/message.h"
#include "tunnel/server_parts.h"

namespace rozaneh::tunnel {
namespace {

// Of frames in a hello of ours.
constexpr std::size_t kHelloFrames = 4096;

// What a client may ask for, within bounds.
LinkUse use_of(const Parameters& asked) {
  LinkUse use;
  if (asked.send_at_most > 0) use.send_at_most = std::max(asked.send_at_most, kLeastSent);
  use.padding.records = std::min(asked.padded_records, kMostPaddedRecords);
  use.padding.bytes = std::min(asked.padding, kMostPadding);
  return use;
}

Secret<16> random_key(Random& random) {
  Secret<16> key;
  random.fill(key.bytes());
  return key;
}

}  // namespace

// A connection whose client has said hello.
struct Server::Arrival {
  io::StreamPtr stream;
  ServerOpening opening;
  ClientHello hello;  // borrows from the opening
  Buffer behind;
  Endpoint peer;
};

// For who waits on one loop for what happens on another; kept by him alone.
struct Server::Over {
  explicit Over(io::Loop& here) : event(here) {}
  io::Event event;
  bool is = false;
};

std::size_t Server::NameHash::operator()(const SessionId& name) const {
  std::size_t hash = 0;
  std::memcpy(&hash, name.data(), sizeof hash);
  return hash;
}

Server::Server(crypto::KeyPair key, StreamHandler& handler, Options options, Random& random)
    : key_(std::move(key)),
      handler_(handler),
      options_(options),
      hellos_(random_key(random), now_seconds()),
      limits_(std::make_shared<io::ConnectionLimits>(options.sessions)) {}

Server::~Server() = default;

void Server::drain() {
  const std::scoped_lock lock(mutex_);
  draining_ = true;
}

std::weak_ptr<void> Server::end_all() {
  const auto telling = std::make_shared<char>();
  const std::scoped_lock lock(mutex_);
  for (const auto& [name, served] : sessions_)
    served->host->loop().post([served, telling] { served->host->close(CloseReason::server, telling); });
  return telling;
}

std::size_t Server::sessions() const {
  const std::scoped_lock lock(mutex_);
  return sessions_.size();
}

std::shared_ptr<Server::Served> Server::find(const SessionId& name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = sessions_.find(name);
  return found == sessions_.end() ? nullptr : found->second;
}

void Server::add(const std::shared_ptr<Served>& served) {
  const std::scoped_lock lock(mutex_);
  sessions_.emplace(served->name, served);
}

bool Server::draining() const {
  const std::scoped_lock lock(mutex_);
  return draining_;
}

void Server::forget(const SessionId& name) {
  std::shared_ptr<Served> last;  // dies behind the lock
  const std::scoped_lock lock(mutex_);
  const auto found = sessions_.find(name);
  if (found == sessions_.end()) return;
  last = std::move(found->second);
  sessions_.erase(found);
}

void Server::change_users(Users users) {
  const std::scoped_lock lock(mutex_);
  users_ = std::move(users);
  std::erase_if(of_users_, [this](const auto& entry) {
    if (users_->find(entry.first) != nullptr) return false;
    for (const OfUser& session : entry.second)
      if (auto served = session.served.lock()) Served::end(std::move(served));
    return true;
  });
}

Status Server::enlist(const std::shared_ptr<Served>& served, Bytes credential, bool is_new) {
  const std::scoped_lock lock(mutex_);
  if (!users_) return Status::taken;
  const User* user = users_->find(credential);
  if (user == nullptr) return Status::credential;
  auto& sessions = of_users_[user->hash];
  std::erase_if(sessions, [](const OfUser& session) { return session.standing->is_over.load(); });
  const bool has_room = user->sessions == 0 || sessions.size() < user->sessions;
  // Who sends a recorded hello again shall end nothing.
  if (!has_room && (!is_new || !make_room(sessions))) return Status::full;
  sessions.push_back({.standing = served->standing, .served = served});
  served->user = user->hash;
  return Status::taken;
}

// A program that was started anew has left its session behind, which would wait for it for a while.
bool Server::make_room(std::vector<OfUser>& sessions) {
  const auto left = std::ranges::find_if(sessions, [now = io::Clock::now()](const OfUser& session) {
    return session.standing->connections == 0 && session.standing->expected <= now;
  });
  if (left == sessions.end()) return false;
  if (auto served = left->served.lock()) Served::end(std::move(served));
  sessions.erase(left);
  return true;
}

Server::Freshness Server::freshness(const Arrival& arrival) {
  const std::chrono::sys_seconds made{std::chrono::seconds(arrival.hello.time)};
  const std::scoped_lock lock(mutex_);
  const bool is_new = hellos_.is_new(made, arrival.opening.client_ephemeral().bytes, now_seconds());
  return {.is_new = is_new, .takes_early = is_new && hellos_.was_here_for(made)};
}

io::Task<Result<>> Server::serve(io::Loop& loop, io::StreamPtr stream, Buffer first, Endpoint peer) {
  ServerOpening opening(key_, crypto::make_key_pair(loop.random()));
  std::optional<io::Deadline> limit(std::in_place, loop, options_.hello_limit, *stream);
  auto message = co_await read_message(*stream, std::move(first));
  limit.reset();
  if (!message) co_return std::unexpected(message.error());
  const auto hello = opening.read(message->bytes);
  if (!hello) co_return std::unexpected(hello.error());
  auto arrival = std::make_shared<Arrival>(std::move(stream), std::move(opening), *hello,
                                           std::move(message->behind), peer);
  Result<> outcome;
  if (arrival->hello.join) {
    outcome = co_await join(loop, std::move(arrival));
  } else {
    outcome = co_await create(loop, std::move(arrival));
  }
  co_return outcome;
}

io::Task<Result<>> Server::refuse(std::shared_ptr<Arrival> arrival, Status status) {
  const Buffer answer = arrival->opening.answer({.status = status}, nullptr);
  const auto written = co_await arrival->stream->write(answer);
  if (written) co_await arrival->stream->finish();
  co_return fail(TunnelError::refused, fmt::format("with status {}", static_cast<int>(status)));
}

io::Task<Result<>> Server::create(io::Loop& loop, std::shared_ptr<Arrival> arrival) {
  if (draining()) co_return co_await refuse(std::move(arrival), Status::draining);
  auto place = limits_->admit(arrival->peer.address);
  if (!place) co_return co_await refuse(std::move(arrival), Status::full);
  const Freshness fresh = freshness(*arrival);
  SessionId name;
  loop.random().fill(name);
  const auto served =
      std::make_shared<Served>(*this, loop, name, arrival->peer, options_.ours, std::move(*place));
  const Status outcome = enlist(served, arrival->hello.credential, fresh.is_new);
  if (outcome != Status::taken) {
    served->host->close(CloseReason::server);  // it would wait for its client
    co_return co_await refuse(std::move(arrival), outcome);
  }
  Session& session = served->host->session();
  session.peer_says(arrival->hello.parameters);
  session.attach(0, io::Clock::now());
  ServerHello hello{.early = fresh.takes_early, .session = name};
  if (hello.early) {
    const auto taken = session.receive(0, arrival->hello.frames, io::Clock::now());
    served->host->settle();
    if (!taken) co_return taken;
  }
  co_return co_await answer_and_carry(served, std::move(arrival), hello, 0);
}

io::Task<Result<>> Server::answer_and_carry(std::shared_ptr<Served> served, std::shared_ptr<Arrival> arrival,
                                            ServerHello hello, ConnectionNumber connection) {
  Host& host = *served->host;
  Buffer frames(kHelloFrames);
  frames.resize(host.session().hello(connection, frames, io::Clock::now()));
  hello.frames = frames;
  hello.parameters = options_.ours;
  LinkUse use = use_of(arrival->hello.parameters);
  const Buffer answer = arrival->opening.answer(hello, hello.session ? nullptr : &served->secret,
                                                use.padding.draw(host.loop().random()));
  use.sent = answer.size();
  Keys keys = arrival->opening.keys();
  if (hello.session) {
    // Before its client knows the name: from then on any core may look for it.
    served->secret = keys.session;
    add(served);
  }
  host.settle();
  io::StreamPtr stream = std::move(arrival->stream);
  Buffer behind = std::move(arrival->behind);
  arrival.reset();
  ++served->standing->connections;
  const auto written = co_await stream->write(answer);
  if (!written) {
    --served->standing->connections;
    host.session().detach(connection, io::Clock::now());
    host.settle();
    co_return written;
  }
  co_await host.carry(connection, std::move(stream), std::move(keys), std::move(behind), use);
  --served->standing->connections;
  co_return Result<>();
}

io::Task<Result<>> Server::join(io::Loop& loop, std::shared_ptr<Arrival> arrival) {
  auto served = find(arrival->hello.join->session);
  if (!served) co_return co_await refuse(std::move(arrival), Status::no_session);
  io::Loop& home = served->host->loop();
  if (&home == &loop) co_return co_await join_here(std::move(served), std::move(arrival));
  // The session lives on another core: this connection's bytes cross over, and its end is waited for here.
  arrival->stream = std::make_unique<io::CrossingStream>(home, loop, std::move(arrival->stream));
  const auto over = std::make_shared<Over>(loop);
  home.post([this, &home, &loop, served = std::move(served), arrival = std::move(arrival),
             weak = std::weak_ptr(over)]() mutable {
    home.spawn(join_there(loop, std::move(served), std::move(arrival), std::move(weak)));
  });
  while (!over->is) co_await over->event.wait();
  co_return Result<>();
}

io::Task<> Server::join_there(io::Loop& back, std::shared_ptr<Served> served,
                              std::shared_ptr<Arrival> arrival, std::weak_ptr<Over> over) {
  co_await join_here(std::move(served), std::move(arrival));
  back.post([over = std::move(over)] {
    const auto waiting = over.lock();
    if (!waiting) return;
    waiting->is = true;
    waiting->event.notify();
  });
}

io::Task<Result<>> Server::join_here(std::shared_ptr<Served> served, std::shared_ptr<Arrival> arrival) {
  const Join& join = *arrival->hello.join;
  Host& host = *served->host;
  if (!arrival->opening.proves(join, served->secret) || host.session().ended())
    co_return co_await refuse(std::move(arrival), Status::no_session);
  if (host.connections() >= options_.ours.connections)
    co_return co_await refuse(std::move(arrival), Status::full);
  const ConnectionNumber connection = join.connection;
  if (!host.session().attach(connection, io::Clock::now()))
    co_return co_await refuse(std::move(arrival), Status::no_session);
  const auto taken = host.session().receive(connection, arrival->hello.frames, io::Clock::now());
  host.settle();
  if (!taken) co_return taken;
  const ServerHello hello{.early = true};
  co_return co_await answer_and_carry(std::move(served), std::move(arrival), hello, connection);
}

}  // namespace rozaneh::tunnel
