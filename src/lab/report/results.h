// What a run of the matrix has left: the lines of DIR/results.jsonl, each a JSON object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace rozaneh::lab {

enum class Outcome {
  passes,    // all fetches done, at least half as fast as without a censor
  degraded,  // some done, or slower than that
  blocked,   // none done
  skipped,   // not tried: a program is not installed, or not even without a censor does it work
};

// "passes", ...: as it is written in the file, and for people.
std::string_view name_of(Outcome outcome);

// One subject behind one censor. Bytes and seconds are of the application's data.
struct Cell {
  std::string program;  // "rozaneh 0.1.0"
  std::string censor;   // an id, or "none": the path without a censor
  std::string subject;
  double scale = 1;
  std::uint64_t seed = 0;
  Outcome outcome = Outcome::skipped;
  std::string why;
  unsigned tried = 0, done = 0;  // fetches
  std::uint64_t bytes = 0;
  std::vector<std::optional<double>> first_byte_ms;  // one a fetch; nothing: none came
  std::optional<double> goodput;                     // bytes per second
  std::optional<double> of_uncensored;               // a share of the same subject's without a censor
  std::optional<double> notice_s, recover_s;
  unsigned streams_lost = 0;
  std::vector<std::pair<double, double>>
      timeline;  // of the first fetch: seconds, bytes so far; both only grow
  double seconds = 0;
  std::string pcap;  // "" if none is kept

  bool operator==(const Cell&) const = default;
};

struct Results {
  std::string program;  // of the newest run
  std::string started;  // of the newest run: RFC 3339
  std::vector<Cell> cells;
};

enum class ResultsError { size, line };
std::string_view layer_of(ResultsError error);
std::string_view describe(ResultsError error);

inline constexpr std::size_t kMostResults = std::size_t{64} << 20U;  // bytes
inline constexpr std::size_t kLongestResult = std::size_t{64} << 10U;
inline constexpr std::size_t kMostTimeline = 60;
inline constexpr std::size_t kMostResultNames = 400;  // different censors, and different subjects

// Reads the whole file. Lines of other types are passed over, and so is a last line without its end that is
// no whole object (the run was ended while it wrote). Whatever else is wrong is a failure that names the
// line.
Result<Results> parse_results(std::string_view text);

}  // namespace rozaneh::lab
