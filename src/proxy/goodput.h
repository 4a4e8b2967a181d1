// What the way in use carries, and whether that has become so poor that another one should be looked for:
// decisions alone.
#pragma once

#include <cstdint>
#include <optional>

#include "proxy/race.h"

namespace rozaneh::proxy {

// Told once a second, or less often, how much was carried so far. Whoever has nothing to carry is slow too,
// so that only seconds in which something came count. Poor is
//   - less than a quarter of the best, for ten busy seconds in a row, where the best was 20 kB/s at least;
//   - nothing at all for ten seconds behind something that was sent, where something had come before.
// It ends above half of the best, or when somebody else is used. Each time is a minute from the last one at
// least, then two, four, up to half an hour: an application that is slow by itself looks the same.
class Goodput {
 public:
  // `up` and `down` are totals of bytes, `open` the streams. Answers whether to look for another way now.
  bool carried(Moment now, std::uint64_t up, std::uint64_t down, std::uint64_t open);

  // Another way is used, or another network: what was does not count.
  void begin_anew();

  // Bytes a second, down: over the last busy seconds, and the best of that.
  [[nodiscard]] double now() const { return recent_; }
  [[nodiscard]] double best() const { return best_; }

 private:
  struct Totals {
    Moment at;
    std::uint64_t up;
    std::uint64_t down;
  };
  bool is_poor(Moment now, const Totals& before, std::uint64_t up, std::uint64_t down, std::uint64_t open);
  void take_rate(double rate, double seconds);
  [[nodiscard]] bool may_ask(Moment now);

  std::optional<Totals> last_;
  double recent_ = 0;
  double best_ = 0;
  double busy_ = 0;  // seconds in a row
  double poor_ = 0;  // seconds of those below a quarter of the best
  std::optional<Moment> unanswered_since_;
  bool answered_ever_ = false;
  std::optional<Moment> asked_;
  std::chrono::seconds pause_{};
};

}  // namespace rozaneh::proxy
