#include "proxy/way_memory.h"

#include "crypto/hash.h"

namespace rozaneh::proxy {
namespace {

constexpr Seconds kClockSlack = 60;

Seconds last_use(const Experience& experience) {
  return std::max(experience.last_success, experience.last_failure);
}

}  // namespace

WayMemory::WayMemory(WayStore& store, Now now) : store_(store), now_(std::move(now)) {
  network_ = hash("network", "");
  const Seconds time = now_();
  for (const WayStore::Entry& entry : store_.load()) {
    const Seconds used = last_use(entry.experience);
    // A clock that was ahead once must not keep an entry for ever.
    if (used > time - kLife && used <= time + kClockSlack) {
      entries_.insert_or_assign({entry.network, entry.way}, entry.experience);
    } else {
      store_.remove(entry.network, entry.way);
    }
  }
  while (entries_.size() > kMost) forget_oldest();
}

KeyedHash WayMemory::hash(std::string_view kind, std::string_view what) const {
  const auto whole = crypto::hmac_sha256(store_.key().bytes(), bytes_of(kind), bytes_of(" "), bytes_of(what));
  KeyedHash short_one{};
  copy(short_one, Bytes(whole).first(short_one.size()));
  return short_one;
}

KeyedHash WayMemory::way_of(const Candidate& candidate) const { return hash("way", candidate.identity()); }

void WayMemory::on_network(std::string_view identity) {
  const std::scoped_lock lock(mutex_);
  network_ = hash("network", identity);
}

Experience WayMemory::elsewhere(const KeyedHash& way) const {
  Experience best;
  for (const auto& [name, experience] : entries_)
    if (name.second == way && name.first != network_ && last_use(experience) > last_use(best))
      best = experience;
  return best;
}

Experience& WayMemory::here(const Candidate& candidate) { return entries_[{network_, way_of(candidate)}]; }

Experience WayMemory::experience(const Candidate& candidate) {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find({network_, way_of(candidate)});
  return found == entries_.end() ? Experience() : found->second;
}

Standing WayMemory::standing(const Candidate& candidate) {
  const Experience on_this = experience(candidate);
  const std::scoped_lock lock(mutex_);
  return judge(on_this, elsewhere(way_of(candidate)), now_());
}

void WayMemory::succeeded(const Candidate& candidate, io::Clock::duration took) {
  const std::scoped_lock lock(mutex_);
  Experience& experience = here(candidate);
  // In the same second, what came last counts.
  experience.last_success = std::max(now_(), experience.last_failure + 1);
  experience.first_byte = std::chrono::duration_cast<std::chrono::milliseconds>(took);
  keep(candidate);
}

void WayMemory::failed(const Candidate& candidate) {
  const std::scoped_lock lock(mutex_);
  Experience& experience = here(candidate);
  experience.last_failure = std::max(now_(), experience.last_success + 1);
  keep(candidate);
}

void WayMemory::carried(const Candidate& candidate, double goodput) {
  const std::scoped_lock lock(mutex_);
  here(candidate).goodput = goodput;
  keep(candidate);
}

void WayMemory::keep(const Candidate& candidate) {
  while (entries_.size() > kMost) forget_oldest();
  const KeyedHash way = way_of(candidate);
  store_.save({.network = network_, .way = way, .experience = here(candidate)});
}

void WayMemory::forget_oldest() {
  const auto oldest =
      std::ranges::min_element(entries_, {}, [](const auto& entry) { return last_use(entry.second); });
  store_.remove(oldest->first.first, oldest->first.second);
  entries_.erase(oldest);
}

}  // namespace rozaneh::proxy
