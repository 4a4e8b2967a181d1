#include "proxy/ways.h"

#include <algorithm>

#include "io/error.h"
#include "io/holding_stream.h"
#include "wire/socks_reply.h"

namespace rozaneh::proxy {
namespace {

constexpr int kTries = 3;

// The far end answered, even if not as we had hoped: the way itself works.
bool answered(const Error& error) { return error.layer() == layer_of(SocksReply::general_failure); }

io::Task<Result<io::StreamPtr>> ask(io::Loop& loop, std::shared_ptr<WayDialer> way, io::StreamPtr stream,
                                    const Target& target) {
  auto asked = co_await way->ask(loop, std::move(stream), target);
  // The stream uses its way's connector, and the list may be replaced while it is open.
  if (asked) asked = io::holding(std::move(*asked), way);
  co_return asked;
}

// A way without a tunnel carries none.
io::Task<Result<io::DatagramsPtr>> refuse_flow() { co_return fail(SocksReply::command_not_supported); }

Candidates candidates_of(const Ways::List& list) { return {list.begin(), list.end()}; }

}  // namespace

Ways::Ways(const List& list, RawDialer raw, Memory& memory, Observer& observer, const tunnel::Policy& policy)
    : racer_(candidates_of(list), raw, memory, observer, {}), tunnels_(std::move(raw)) {
  use(policy);
}

void Ways::use(const tunnel::Policy& policy) {
  racer_.limit(policy.most);
  tunnels_.use(policy);
}

// Whether a session may come of a search.
bool Ways::has_tunnel() {
  return std::ranges::any_of(racer_.candidates(), [](const CandidatePtr& candidate) {
    return std::static_pointer_cast<WayDialer>(candidate)->tunnel_key().has_value();
  });
}

template <class Opened>
io::Task<Result<Opened>> Ways::open_by(io::Loop& loop, Racer::Reached reached, const Wanted<Opened>& wanted) {
  // All candidates here are ways.
  auto way = std::static_pointer_cast<WayDialer>(reached.candidate);
  if (!way->tunnel_key()) co_return co_await wanted.over(std::move(way), std::move(reached.stream));
  // Another request may have made the session while this one looked for a way.
  auto client = tunnels_.current(loop);
  if (!client) {
    const auto shut_out = [this, way, begun = io::Clock::now()](const Error& why) {
      failed(way, io::Clock::now() - begun, why);
    };
    client = tunnels_.make(loop, way, std::move(reached.stream), racer_.candidates(), shut_out);
  }
  reached.stream.reset();
  // Over a way that has worked, the server's answer is not waited for: it saves a round trip.
  auto opened = co_await wanted.in_session(*client, reached.has_worked);
  if (!opened) tunnels_.drop(loop, client);
  co_return opened;
}

Candidates Ways::all_to_server_of(const CandidatePtr& way) {
  const auto key_of = [](const CandidatePtr& each) {
    return std::static_pointer_cast<WayDialer>(each)->tunnel_key();
  };
  Candidates all = racer_.candidates();
  std::erase_if(all, [&](const CandidatePtr& each) { return key_of(each) != key_of(way); });
  return all;
}

void Ways::failed(const std::shared_ptr<WayDialer>& way, io::Clock::duration took, const Error& error) {
  if (error.is(tunnel::TunnelError::draining)) return racer_.avoid(way, all_to_server_of(way), took, error);
  bool news = true;
  if (error.is(tunnel::TunnelError::credential)) {
    news = racer_.shut_out(way, error);
    for (const CandidatePtr& other : racer_.candidates())
      if (std::static_pointer_cast<WayDialer>(other)->same_user(*way)) racer_.shut_out(other, error);
  }
  if (news) racer_.lost(way, took, error);
}

template <class Opened>
io::Task<Result<Opened>> Ways::open_anew(io::Loop& loop, const Wanted<Opened>& wanted) {
  Result<Opened> opened = fail(WayError::none_left);
  for (int i = 0; i < kTries && !opened; ++i) {
    auto reached = co_await racer_.reach(loop);
    if (!reached) co_return std::unexpected(reached.error());
    const auto way = std::static_pointer_cast<WayDialer>(reached->candidate);
    const auto begun = io::Clock::now();
    opened = co_await open_by(loop, std::move(*reached), wanted);
    if (opened || answered(opened.error())) {
      racer_.worked();
      break;
    }
    failed(way, io::Clock::now() - begun, opened.error());
  }
  co_return opened;
}

template <class Opened>
io::Task<Result<Opened>> Ways::open_wanted(io::Loop& loop, const Wanted<Opened>& wanted) {
  // Many requests at once, as browsers begin, shall have one session: all but the first wait for it, once.
  if (const auto search = tunnels_.search(loop)) co_await search->wait();
  if (const auto client = tunnels_.current(loop)) {
    auto opened = co_await wanted.in_session(*client, false);
    if (opened) co_return opened;
    tunnels_.drop(loop, client);
  }
  std::shared_ptr<Tunnels::Search> search;
  if (has_tunnel()) search = tunnels_.begin_search(loop);
  auto opened = co_await open_anew(loop, wanted);
  if (search) search->end();
  co_return opened;
}

io::Task<Result<io::StreamPtr>> Ways::open(io::Loop& loop, const Request& request) {
  const Target& target = request.target;
  const Wanted<io::StreamPtr> wanted{
      .in_session = [&target](tunnel::Client& client,
                              bool early) { return early ? client.open_early(target) : client.open(target); },
      .over = [&loop, &target](
                  std::shared_ptr<WayDialer> way,
                  io::StreamPtr stream) { return ask(loop, std::move(way), std::move(stream), target); }};
  co_return co_await open_wanted(loop, wanted);
}

io::Task<Result<io::DatagramsPtr>> Ways::open_flow(io::Loop& loop) {
  if (!has_tunnel()) co_return fail(SocksReply::command_not_supported);
  const Wanted<io::DatagramsPtr> wanted{
      .in_session = [](tunnel::Client& client, bool /*early*/) { return client.open_flow(); },
      .over = [](const std::shared_ptr<WayDialer>& /*way*/,
                 io::StreamPtr /*stream*/) { return refuse_flow(); }};
  co_return co_await open_wanted(loop, wanted);
}

void Ways::replace(const List& list) { racer_.replace(candidates_of(list)); }

}  // namespace rozaneh::proxy
