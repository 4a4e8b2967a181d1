// What a running program counts about itself: numbers only, nothing about anybody.
#pragma once

#include <atomic>
#include <cstdint>

namespace rozaneh {

struct Counters {
  std::atomic<std::uint64_t> accepted{0};   // connections since the start
  std::atomic<std::uint64_t> strangers{0};  // of those: no client of ours, or none that could prove it
  std::atomic<std::uint64_t> failed{0};     // destinations that could not be opened, relays that broke
  std::atomic<std::uint64_t> open{0};       // connections that carry bytes now
  std::atomic<std::uint64_t> up{0};         // bytes from the client's side
  std::atomic<std::uint64_t> down{0};       // bytes to it
  std::atomic<std::uint64_t> flows{0};      // UDP flows that are open now
  // UDP: those that were passed on, both ways, and those that were not: too long, too many, not allowed, from
  // somebody else, or of no form. Bytes of the former count as up and down.
  std::atomic<std::uint64_t> datagrams{0};
  std::atomic<std::uint64_t> datagrams_dropped{0};
};

// Counts something as open while it lives.
class Opened {
 public:
  explicit Opened(std::atomic<std::uint64_t>& count) : count_(count) { ++count_; }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  ~Opened() { --count_; }

 private:
  std::atomic<std::uint64_t>& count_;
};

}  // namespace rozaneh
