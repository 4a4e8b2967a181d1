#include "proxy/race.h"

#include <algorithm>
#include <tuple>

namespace rozaneh::proxy {

Race::Race(std::vector<Rival> rivals, Options options) : options_(options) {
  entries_.reserve(rivals.size());
  for (Rival& rival : rivals) entries_.push_back({.rival = std::move(rival)});
}

std::size_t Race::tried(std::string Rival::* what, const Entry& entry) const {
  std::size_t count = 0;
  for (const Entry& other : entries_)
    if (other.rival.*what == entry.rival.*what) count += other.tries;
  return count;
}

bool Race::before(const Entry& one, const Entry& other) const {
  const auto key = [this](const Entry& entry) {
    return std::tuple(entry.tries, -entry.rival.rank, tried(&Rival::server, entry),
                      tried(&Rival::transport, entry), -entry.rival.worth);
  };
  return key(one) < key(other);
}

bool Race::is_new(const Entry& entry) const { return tried(&Rival::server, entry) == 0; }

Moment Race::server_due() const {
  return servers_ < options_.servers ? Moment::min() : last_server_ + options_.next_server;
}

const Race::Entry* Race::next(Moment now) const {
  const Entry* best = nullptr;
  for (const Entry& entry : entries_) {
    if (entry.stand != Stand::waits || (now < server_due() && is_new(entry))) continue;
    if (best == nullptr || before(entry, *best)) best = &entry;
  }
  return best;
}

bool Race::somebody_waits() const {
  return std::ranges::any_of(entries_, [](const Entry& entry) { return entry.stand == Stand::waits; });
}

std::optional<Moment> Race::patience_of(const Entry& entry) const {
  if (entry.stand != Stand::runs || entry.tries > options_.patience.size()) return std::nullopt;
  const auto patience = options_.patience.at(entry.tries - 1);
  // Who sends a byte now and then must not hold its place for ever.
  return std::min(entry.last + patience, entry.begun + 4 * patience);
}

std::optional<std::size_t> Race::start(Moment now) {
  if (under_way_ >= options_.at_once) return std::nullopt;
  if (at_once_due_ == 0 && now < last_start_ + options_.head_start) return std::nullopt;
  const Entry* found = next(now);
  if (found == nullptr) return std::nullopt;
  const auto index = static_cast<std::size_t>(found - entries_.data());
  Entry& entry = entries_[index];
  if (is_new(entry)) {
    ++servers_;
    last_server_ = now;
  }
  entry.stand = Stand::runs;
  entry.begun = entry.last = now;
  ++entry.tries;
  ++under_way_;
  if (at_once_due_ > 0) --at_once_due_;
  last_start_ = now;
  return index;
}

std::optional<std::size_t> Race::give_up(Moment now) {
  if (under_way_ < options_.at_once || next(now) == nullptr) return std::nullopt;
  for (Entry& entry : entries_) {
    const auto end = patience_of(entry);
    if (!end || now < *end) continue;
    entry.stand = Stand::waits;
    --under_way_;
    at_once_due_ = std::max<std::size_t>(at_once_due_, 1);
    return static_cast<std::size_t>(&entry - entries_.data());
  }
  return std::nullopt;
}

std::optional<Moment> Race::wake() const {
  if (!somebody_waits()) return std::nullopt;
  const bool only_new_servers = next(Moment::min()) == nullptr;
  const Moment earliest = only_new_servers ? server_due() : Moment::min();
  if (under_way_ < options_.at_once)
    return at_once_due_ > 0 ? earliest : std::max(earliest, last_start_ + options_.head_start);
  std::optional<Moment> first;
  for (const Entry& entry : entries_) {
    const auto end = patience_of(entry);
    if (end && (!first || *end < *first)) first = end;
  }
  if (!first) return std::nullopt;
  return std::max(earliest, *first);
}

void Race::heard(std::size_t rival, Moment now) { entries_.at(rival).last = now; }

void Race::failed(std::size_t rival) {
  Entry& entry = entries_.at(rival);
  if (entry.stand != Stand::runs) return;
  entry.stand = Stand::out;
  --under_way_;
  at_once_due_ = 2;
}

bool Race::over() const { return under_way_ == 0 && !somebody_waits(); }

}  // namespace rozaneh::proxy
