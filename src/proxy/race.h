// Who starts when in a race of candidates, and who has to give up its place: decisions alone, without
// connections and clocks.
//
// A start is 250 ms after the one before (RFC 8305's head start), or at once after a failure, which opens two
// places in the queue: where connections are cut, the next one must not wait. At most three are under way, so
// that a watcher does not see the whole list at once, and no more than twelve different servers; after those
// one more each five seconds. Who has been silent for too long gives up its place if another waits for it,
// and comes again behind all others, with more patience: a slow path is not a dead one.
//
// Who is next: who worked on this network before who did not; among equals first a server, then a transport,
// that was tried least, so that the first three starts say most about what passes.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace rozaneh::proxy {

using Moment = std::chrono::steady_clock::time_point;

// One of those that race.
struct Rival {
  std::string server;  // host without port: what a watcher can count
  std::string transport;
  int rank = 0;      // higher ones first, whatever their server; see ranking.h
  double worth = 0;  // among those of one rank, and of servers and transports tried as often
};

class Race {
 public:
  struct Options {
    std::chrono::milliseconds head_start{250};
    std::size_t at_once = 3;
    std::size_t servers = 12;
    std::chrono::milliseconds next_server{5000};
    // Of the first try, of the second one and of the last, which nobody ends.
    std::array<std::chrono::milliseconds, 2> patience{std::chrono::milliseconds(900),
                                                      std::chrono::milliseconds(4000)};
  };

  Race(std::vector<Rival> rivals, Options options);
  explicit Race(std::vector<Rival> rivals) : Race(std::move(rivals), Options()) {}

  // Who starts now, if anybody does; ask again until nobody does.
  std::optional<std::size_t> start(Moment now);
  // Who has to be ended now, if anybody; it counts as ended. Ask before `start`, until nobody has to.
  std::optional<std::size_t> give_up(Moment now);
  // When to ask again if nothing happens before; nothing when only an event changes anything.
  [[nodiscard]] std::optional<Moment> wake() const;

  // It connected, or something came: its patience begins anew.
  void heard(std::size_t rival, Moment now);
  // It ended by itself, and does not come again.
  void failed(std::size_t rival);

  // Nobody is under way and nobody is left.
  [[nodiscard]] bool over() const;
  [[nodiscard]] std::size_t under_way() const { return under_way_; }

 private:
  enum class Stand { waits, runs, out };
  struct Entry {
    Rival rival;
    Stand stand = Stand::waits;
    std::size_t tries = 0;
    Moment begun{};
    Moment last{};  // start, or sign of life
  };

  [[nodiscard]] const Entry* next(Moment now) const;
  [[nodiscard]] bool before(const Entry& one, const Entry& other) const;
  [[nodiscard]] std::size_t tried(std::string Rival::* what, const Entry& entry) const;
  [[nodiscard]] bool somebody_waits() const;
  [[nodiscard]] bool is_new(const Entry& entry) const;
  [[nodiscard]] Moment server_due() const;
  // The end of its patience, unless nobody ends it.
  [[nodiscard]] std::optional<Moment> patience_of(const Entry& entry) const;

  Options options_;
  std::vector<Entry> entries_;
  std::size_t under_way_ = 0;
  std::size_t servers_ = 0;      // different ones so far
  std::size_t at_once_due_ = 1;  // starts that need not wait
  Moment last_start_{};
  Moment last_server_{};  // start of one that was new
};

}  // namespace rozaneh::proxy
