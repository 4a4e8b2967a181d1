#include "lab/score/fetch.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <thread>

#include "crypto/random.h"
#include "io/error.h"
#include "lab/far/far_side.h"
#include "lab/path/topology.h"
#include "lab/report/results.h"
#include "lab/score/connection.h"
#include "lab/score/exchange.h"

namespace rozaneh::lab {
namespace {

using Kind = SocketConnection::Kind;

// A slow fetch must have its share of time, too: as many times the wait for one byte.
constexpr int kWaitsInAll = 4;

double seconds_since(Clock::time_point begin) { return Seconds(Clock::now() - begin).count(); }

// Keeps few enough points, evenly: every other one goes when there are too many.
class Timeline {
 public:
  void add(double time, std::uint64_t bytes) {
    if (++seen_ % step_ != 0) return;
    points_.emplace_back(time, static_cast<double>(bytes));
    if (points_.size() < kMostTimeline - 1) return;
    for (std::size_t i = 0; 2 * i + 1 < points_.size(); ++i) points_[i] = points_[2 * i + 1];
    points_.resize(points_.size() / 2);
    step_ *= 2;
  }
  std::vector<std::pair<double, double>> take(double time, std::uint64_t bytes) {
    if (bytes > 0) points_.emplace_back(time, static_cast<double>(bytes));
    return std::move(points_);
  }

 private:
  std::vector<std::pair<double, double>> points_;
  std::size_t seen_ = 0, step_ = 1;
};

IpAddress address_of(const addrinfo& info) {
  if (info.ai_family == AF_INET6) {
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(info.ai_addr)->sin6_addr, bytes.size());
    return IpAddress(bytes);
  }
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in*>(info.ai_addr)->sin_addr, bytes.size());
  return IpAddress(bytes);
}

Result<IpAddress> resolve(const Target& target, bool v6) {
  if (const auto* address = std::get_if<IpAddress>(&target.host)) return *address;
  addrinfo hints{};
  hints.ai_family = v6 ? AF_INET6 : AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int code = getaddrinfo(target.host_text().c_str(), nullptr, &hints, &list);
  if (code != 0) return fail(io::IoError::no_such_name, gai_strerror(code));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(list, &freeaddrinfo);
  return address_of(*list);
}

Result<Endpoint> first_hop(const FetchPlan& plan, const FetchWay& way) {
  if (way.proxy) return way.proxy->address;
  if (plan.place.scheme == Place::Scheme::dns)
    return Endpoint{Topology::server_address(false, kNameServer), plan.place.target.port};
  if (plan.at) return Endpoint{*plan.at, plan.place.target.port};
  const auto address = resolve(plan.place.target, plan.v6);
  if (!address) return std::unexpected(address.error());
  return Endpoint{*address, plan.place.target.port};
}

Result<ConnectionPtr> connect(const FetchPlan& plan, const FetchWay& way, Patience& patience) {
  const auto hop = first_hop(plan, way);
  if (!hop) return std::unexpected(hop.error());
  const auto scheme = plan.place.scheme;
  const bool datagrams = scheme == Place::Scheme::dns || scheme == Place::Scheme::udp;
  auto raw = SocketConnection::open(*hop, datagrams ? Kind::udp : Kind::tcp, patience);
  if (!raw) return std::unexpected(raw.error());
  if (way.proxy) {
    const auto opening = make_handshake(*way.proxy, plan.place.target);
    if (auto opened = exchange_opening(**raw, *opening); !opened) return std::unexpected(opened.error());
  }
  if (scheme != Place::Scheme::https) return std::move(*raw);
  return open_tls(std::move(*raw), {.host = plan.place.target.host_text(),
                                    .version = plan.tls,
                                    .ciphers = plan.ciphers,
                                    .verify = plan.verify});
}

Result<> exchange(Connection& connection, const FetchPlan& plan, Random& random, const OnBytes& on_bytes) {
  if (plan.place.scheme == Place::Scheme::dns)
    return exchange_dns(connection, plan.place.target.host_text(), plan.answer, random, on_bytes);
  if (plan.place.is_raw()) return exchange_raw(connection, plan.sends, random, on_bytes);
  return exchange_http(connection, plan.place, on_bytes);
}

// What a user would say.
std::string words_for(const Error& error, std::uint64_t bytes) {
  const std::string after = bytes > 0 ? fmt::format(" after {} bytes", bytes) : "";
  if (error.is(io::IoError::timed_out)) return bytes > 0 ? "silence" + after : "no answer";
  if (error.is(io::IoError::reset)) return "reset" + after;
  if (error.is(io::IoError::refused)) return "refused";
  if (error.is(io::IoError::ended_early)) return "closed" + after;
  return error.message() + after;
}

}  // namespace

FetchRecord fetch(const FetchPlan& plan, const FetchWay& way, Random& random) {
  FetchRecord record;
  Timeline timeline;
  const auto begin = Clock::now();
  Patience patience(way.patience, kWaitsInAll * way.patience);
  const OnBytes on_bytes = [&](std::size_t count) {
    record.last_byte = seconds_since(begin);
    if (!record.first_byte) record.first_byte = record.last_byte;
    record.bytes += count;
    timeline.add(record.last_byte, record.bytes);
  };
  auto connection = connect(plan, way, patience);
  Result<> outcome = connection ? exchange(**connection, plan, random, on_bytes)
                                : Result<>(std::unexpected(connection.error()));
  record.ended = seconds_since(begin);
  record.done = outcome.has_value();
  if (!outcome) record.why = words_for(outcome.error(), record.bytes);
  if (!outcome && record.bytes > 0) record.lost = 1;
  record.timeline = timeline.take(record.last_byte, record.bytes);
  return record;
}

FetchRecord fetch_all(const FetchPlan& plan, const FetchWay& way) {
  std::vector<FetchRecord> records(plan.connections);
  {
    std::vector<std::jthread> crowd;
    crowd.reserve(records.size());
    for (FetchRecord& record : records)
      crowd.emplace_back([&record, &plan, &way] {
        crypto::SystemRandom random;
        record = fetch(plan, way, random);
      });
  }
  const auto worst = std::ranges::find(records, false, &FetchRecord::done);
  FetchRecord all = worst != records.end() ? *worst : records.front();
  all.bytes = 0;
  all.lost = 0;
  for (const FetchRecord& record : records) {
    all.bytes += record.bytes;
    all.lost += record.lost;
    all.ended = std::max(all.ended, record.ended);
  }
  return all;
}

}  // namespace rozaneh::lab
