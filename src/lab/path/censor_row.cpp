#include "lab/path/censor_row.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "io/error.h"
#include "lab/path/interceptor.h"
#include "lab/path/prober_process.h"
#include "lab/path/process.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMostAsked = 256;
constexpr std::uint16_t kInterceptor = 40443;  // its port
constexpr Moment kLooksEvery = std::chrono::milliseconds(20);

Censor::Options with_prober(const Censor::Options& given, Prober& prober) {
  Censor::Options options = given;
  options.prober = &prober;
  options.interceptor = kInterceptor;
  options.probers = {Topology::prober_range(false), Topology::prober_range(true)};
  return options;
}

}  // namespace

ProbingCensor::ProbingCensor(CensorSpec spec, const Censor::Options& options)
    : scale_(options.scale), seed_(options.seed), censor_(std::move(spec), with_prober(options, *this)) {}

Result<> ProbingCensor::start(const Topology& topology) {
  const auto& rules = censor_.spec().rules;
  for (const CensorRule& each : rules) {
    if (!each.action.intercepts) continue;
    const Interception interception{
        .server_port = each.scope.ports.front(), .at_port = kInterceptor, .names = each.sight.names};
    if (auto started = start_interceptor(topology, interception); !started) return started;
  }
  if (std::ranges::none_of(rules, [](const CensorRule& rule) { return !rule.action.probes.empty(); }))
    return {};
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return std::unexpected(io::from_errno(errno, "reach the probers"));
  probers_ = io::Descriptor(ends[0]);
  const io::Descriptor theirs(ends[1]);
  const auto started = start_here(topology.network(Side::client), [this, &theirs] {
    probers_.close();
    return serve_probes(theirs.number(), scale_, seed_);
  });
  if (!started) return std::unexpected(started.error());
  return {};
}

void ProbingCensor::probe(ProbeOrder order) {
  const auto same = [&order](const auto& each) {
    return each.second.rule == order.rule && each.second.flow.server == order.flow.server;
  };
  if (!probers_.is_open() || asked_.size() >= kMostAsked || std::ranges::any_of(asked_, same)) return;
  const Buffer message = order_message(++last_, order);
  if (send(probers_.number(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
    asked_.emplace(last_, Asked{order.rule, order.flow});
}

void ProbingCensor::hear(Moment now) {
  heard_at_ = now;
  std::array<std::uint8_t, 64> message{};
  for (ssize_t size = 0;
       (size = recv(probers_.number(), message.data(), message.size(), MSG_DONTWAIT)) > 0;) {
    const auto verdict = parse_verdict_message(Bytes(message).first(static_cast<std::size_t>(size)));
    if (!verdict) continue;
    const auto found = asked_.find(verdict->id);
    if (found == asked_.end()) continue;
    if (verdict->found) censor_.note_verdict(found->second.rule, found->second.flow, now);
    asked_.erase(found);
  }
}

void ProbingCensor::take(Side from, MutableBytes frame, Moment now, Outlet& out) {
  if (!asked_.empty() && now - heard_at_ >= kLooksEvery) hear(now);
  censor_.take(from, frame, now, out);
}

Moment ProbingCensor::wakes_at() const {
  return asked_.empty() ? censor_.wakes_at() : std::min(censor_.wakes_at(), heard_at_ + kLooksEvery);
}

void ProbingCensor::wake(Moment now, Outlet& out) {
  if (!asked_.empty() && now - heard_at_ >= kLooksEvery) hear(now);
  if (censor_.wakes_at() <= now) censor_.wake(now, out);
}

CensorRow::CensorRow(std::vector<Place> places) {
  for (Place& each : places) {
    censors_.push_back(std::make_unique<ProbingCensor>(std::move(each.spec), each.options));
    Middlebox& next = *censors_.back();
    if (censors_.size() == 1)
      whole_ = &next;
    else
      whole_ = chains_.emplace_back(std::make_unique<Chain>(*whole_, next)).get();
  }
}

Result<> CensorRow::start(const Topology& topology) {
  for (const auto& each : censors_)
    if (auto started = each->start(topology); !started) return started;
  return {};
}

}  // namespace rozaneh::lab
