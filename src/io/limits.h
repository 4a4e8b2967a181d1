// How many connections are served at once, in all and for each address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/address.h"

namespace rozaneh::io {

// Used from several threads. An IPv6 client counts by its /64, which is what one customer has.
class ConnectionLimits {
 public:
  struct Options {
    std::size_t total = 0;        // 0: no limit
    std::size_t per_address = 0;  // 0: no limit
  };

  // A place that is held as long as this lives.
  class Place {
   public:
    Place(ConnectionLimits& limits, std::uint64_t prefix) : limits_(&limits), prefix_(prefix) {}
    Place(Place&& other) noexcept : limits_(std::exchange(other.limits_, nullptr)), prefix_(other.prefix_) {}
    Place& operator=(Place&&) = delete;
    ~Place();

   private:
    ConnectionLimits* limits_;
    std::uint64_t prefix_;
  };

  explicit ConnectionLimits(Options options) : options_(options) {}

  // A place, or nothing where a limit is reached.
  std::optional<Place> admit(const IpAddress& address);

  // New limits; connections that are there stay.
  void change(Options options);

  [[nodiscard]] std::size_t held() const;

 private:
  void leave(std::uint64_t prefix);

  mutable std::mutex mutex_;
  Options options_;
  std::size_t held_ = 0;
  std::unordered_map<std::uint64_t, std::size_t> by_prefix_;
};

}  // namespace rozaneh::io
