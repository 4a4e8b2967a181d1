// Remembers which hellos have been answered, so that a recorded one is never answered again.
//
// Peers forget all of it when they restart, and when the clock steps back; this one does neither: what it
// remembers can be written down and read again, and an entry lives for its time on either side of now.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

#include "base/secret.h"
#include "io/state.h"

namespace rozaneh::transport {

// The filter itself, without I/O. Not for several threads at once.
class ReplayFilter {
 public:
  using Time = std::chrono::sys_seconds;
  static constexpr std::chrono::hours kLife{3};        // more than a hello is valid for
  static constexpr std::size_t kMostEntries = 102400;  // the oldest go first

  // What is remembered of one hello: a keyed hash, so that neither chance nor design makes two collide.
  struct Entry {
    std::uint64_t hash;
    Time seen;
  };

  explicit ReplayFilter(const Secret<16>& key, std::chrono::seconds life = kLife) : key_(key), life_(life) {}

  // Whether `tag` was seen within the life of an entry; remembers it in any case. Answers the new entry if it
  // was not.
  std::optional<Entry> insert(Bytes tag, Time now);

  // Takes an entry from before a restart. Entries come in the order in which they were made.
  void restore(const Entry& entry, Time now);

  [[nodiscard]] const std::deque<Entry>& entries() const { return order_; }

 private:
  void forget_old(Time now);
  void add(const Entry& entry);

  Secret<16> key_;
  std::chrono::seconds life_;
  std::deque<Entry> order_;
  std::unordered_set<std::uint64_t> hashes_;
};

// The same for several threads, kept in a record of the state (12 bytes an entry: hash u64, seconds u32).
class KeptReplayFilter {
 public:
  // Reads what was kept under `name`. A record that cannot be read or understood is an error, so that nobody
  // believes in a protection that is not there.
  static Result<std::unique_ptr<KeptReplayFilter>> open(const Secret<16>& key, io::State& state,
                                                        std::string name, ReplayFilter::Time now,
                                                        std::chrono::seconds life = ReplayFilter::kLife);

  // Whether `tag` was seen before; remembers it. When the record cannot be written the memory still holds it,
  // and `unkept` is true until a later write has caught up.
  bool seen(Bytes tag, ReplayFilter::Time now);

  [[nodiscard]] bool unkept() const { return unkept_; }

 private:
  KeptReplayFilter(const Secret<16>& key, io::State& state, std::string name, std::chrono::seconds life)
      : filter_(key, life), state_(state), name_(std::move(name)) {}
  Result<> rewrite();

  std::mutex mutex_;
  ReplayFilter filter_;
  io::State& state_;
  std::string name_;
  std::size_t kept_ = 0;  // entries in the record, the dead included
  std::atomic<bool> unkept_ = false;
};

}  // namespace rozaneh::transport
