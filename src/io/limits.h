// How many connections are served at once, in all and for each address.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/address.h"
#include "base/log.h"
#include "io/timer.h"

namespace rozaneh::io {

// Used from several threads. An IPv6 client counts by its /64, which is what one customer has. What is
// refused is counted and, where there is a log, said once and then seldom, without anybody's address.
class ConnectionLimits {
 public:
  struct Options {
    std::size_t total = 0;        // 0: no limit
    std::size_t per_address = 0;  // 0: no limit
  };

  // Which limit was reached.
  enum class Full : std::uint8_t { total, address };
  static constexpr std::chrono::minutes kSilence{10};  // between two lines of one kind

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

  // `log` outlives it.
  explicit ConnectionLimits(Options options, Log* log = nullptr) : options_(options), log_(log) {}

  // A place, or nothing where a limit is reached.
  std::optional<Place> admit(const IpAddress& address);

  // New limits; connections that are there stay.
  void change(Options options);

  [[nodiscard]] std::size_t held() const;

  // Connections that were refused since the start.
  [[nodiscard]] std::uint64_t refused(Full limit) const;

 private:
  struct Refusals {
    std::uint64_t count = 0, told = 0;
    Clock::time_point silent_until;
  };

  std::optional<Full> full(std::size_t here) const;
  void refuse(Full limit);
  void leave(std::uint64_t prefix);

  mutable std::mutex mutex_;
  Options options_;
  Log* log_;
  std::array<Refusals, 2> refusals_;
  std::size_t held_ = 0;
  std::unordered_map<std::uint64_t, std::size_t> by_prefix_;
};

}  // namespace rozaneh::io
