#include "lab/report/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

namespace rozaneh::lab {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestText = 2000;
constexpr std::size_t kMostFetches = 10'000;
constexpr double kLargest = 1e15;
constexpr std::array<std::string_view, 4> kOutcomes = {"passes", "degraded", "blocked", "skipped"};

// The members of one line; keeps the first thing that is wrong.
class Line {
 public:
  explicit Line(const json& object) : object_(object) {}

  std::string text(const char* key, bool needed = false) {
    const json* found = find(key, needed);
    if (found == nullptr) return {};
    const auto* text = found->get_ptr<const std::string*>();
    if (text == nullptr || text->size() > kLongestText) {
      wrong(key, fmt::format("a text of at most {} bytes", kLongestText));
      return {};
    }
    return *text;
  }

  std::optional<double> number(const char* key) {
    const json* found = find(key, false);
    if (found == nullptr) return std::nullopt;
    const auto value = number_of(*found);
    if (!value) wrong(key, "a number that is not below 0");
    return value;
  }

  std::uint64_t whole(const char* key, std::uint64_t most) {
    const json* found = find(key, false);
    if (found == nullptr) return 0;
    if (!found->is_number_unsigned() || found->get<std::uint64_t>() > most) {
      wrong(key, fmt::format("a whole number up to {}", most));
      return 0;
    }
    return found->get<std::uint64_t>();
  }

  // A list, empty if there is none.
  const json& list(const char* key, std::size_t most) {
    static const json none = json::array();
    const json* found = find(key, false);
    if (found == nullptr) return none;
    if (found->is_array() && found->size() <= most) return *found;
    wrong(key, fmt::format("a list of at most {}", most));
    return none;
  }

  Line object(const char* key) {
    static const json none = json::object();
    const json* found = find(key, false);
    if (found == nullptr) return Line(none);
    if (!found->is_object()) wrong(key, "an object");
    return Line(found->is_object() ? *found : none);
  }

  static std::optional<double> number_of(const json& value) {
    if (!value.is_number()) return std::nullopt;
    const auto number = value.get<double>();
    return number >= 0 && number <= kLargest ? std::optional(number) : std::nullopt;
  }

  void wrong(std::string_view key, std::string_view takes) {
    if (failure_.empty()) failure_ = fmt::format("'{}' takes {}", key, takes);
  }
  void join(const Line& part) {
    if (failure_.empty()) failure_ = part.failure_;
  }
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  // Null stands for a member that is not there.
  const json* find(const char* key, bool needed) {
    const auto found = object_.find(key);
    if (found != object_.end() && !found->is_null()) return &*found;
    if (needed && failure_.empty()) failure_ = fmt::format("'{}' is missing", key);
    return nullptr;
  }

  const json& object_;
  std::string failure_;
};

void read_fetches(Line& line, Cell& cell) {
  Line fetches = line.object("fetches");
  cell.tried = static_cast<unsigned>(fetches.whole("tried", kMostFetches));
  cell.done = static_cast<unsigned>(fetches.whole("done", kMostFetches));
  if (cell.done > cell.tried) fetches.wrong("done", "a number up to 'tried'");
  line.join(fetches);
  for (const json& each : line.list("first_byte_ms", kMostFetches)) {
    const auto value = Line::number_of(each);
    if (!value && !each.is_null()) line.wrong("first_byte_ms", "numbers and nulls");
    cell.first_byte_ms.push_back(value);
  }
}

void read_timeline(Line& line, Cell& cell) {
  for (const json& each : line.list("timeline", kMostTimeline)) {
    const bool pair = each.is_array() && each.size() == 2;
    const auto time = pair ? Line::number_of(each[0]) : std::nullopt;
    const auto bytes = pair ? Line::number_of(each[1]) : std::nullopt;
    const bool grows = time && bytes &&
                       (cell.timeline.empty() ||
                        (*time >= cell.timeline.back().first && *bytes >= cell.timeline.back().second));
    if (!grows) return line.wrong("timeline", "pairs of seconds and bytes, neither of which may shrink");
    cell.timeline.emplace_back(*time, *bytes);
  }
}

Cell read_cell(Line& line) {
  Cell cell;
  cell.program = line.text("program");
  cell.censor = line.text("censor", true);
  cell.subject = line.text("subject", true);
  cell.scale = line.number("scale").value_or(1);
  cell.seed = line.whole("seed", UINT64_MAX);
  const std::string outcome = line.text("outcome", true);
  const auto* found = std::ranges::find(kOutcomes, outcome);
  if (found == kOutcomes.end()) line.wrong("outcome", fmt::format("one of {}", fmt::join(kOutcomes, ", ")));
  cell.outcome = static_cast<Outcome>(found - kOutcomes.begin());
  cell.why = line.text("why");
  read_fetches(line, cell);
  cell.bytes = line.whole("bytes", static_cast<std::uint64_t>(kLargest));
  cell.goodput = line.number("goodput");
  cell.of_uncensored = line.number("of_uncensored");
  cell.notice_s = line.number("notice_s");
  cell.recover_s = line.number("recover_s");
  cell.streams_lost = static_cast<unsigned>(line.whole("streams_lost", 1'000'000));
  read_timeline(line, cell);
  cell.seconds = line.number("seconds").value_or(0);
  cell.pcap = line.text("pcap");
  return cell;
}

class Reading {
 public:
  // What is wrong with the line, if anything is.
  std::string take(std::string_view text) {
    if (text.size() > kLongestResult) return fmt::format("longer than {} bytes", kLongestResult);
    const json object = json::parse(text, nullptr, false);
    if (!object.is_object()) return "no JSON object";
    Line line(object);
    const std::string type = line.text("type", true);
    if (line.failure().empty() && type == "run") take_run(line);
    if (line.failure().empty() && type == "cell") take_cell(line);
    return line.failure();
  }

  Results results;

 private:
  void take_run(Line& line) {
    results.program = line.text("program");
    results.started = line.text("started");
  }

  void take_cell(Line& line) {
    Cell cell = read_cell(line);
    censors_.insert(cell.censor);
    subjects_.insert(cell.subject);
    if (censors_.size() > kMostResultNames) line.wrong("censor", "no more different names");
    if (subjects_.size() > kMostResultNames) line.wrong("subject", "no more different names");
    results.cells.push_back(std::move(cell));
  }

  std::set<std::string> censors_, subjects_;
};

}  // namespace

std::string_view name_of(Outcome outcome) { return kOutcomes.at(static_cast<std::size_t>(outcome)); }

std::string_view layer_of(ResultsError /*error*/) { return "results"; }

std::string_view describe(ResultsError error) { return error == ResultsError::size ? "too large" : ""; }

Result<Results> parse_results(std::string_view text) {
  if (text.size() > kMostResults)
    return fail(ResultsError::size, fmt::format("more than {} bytes", kMostResults));
  Reading reading;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const bool whole = end != std::string_view::npos;
    text.remove_prefix(whole ? end + 1 : text.size());
    if (line.empty()) continue;
    if (!whole && !json::accept(line)) break;
    if (const std::string failure = reading.take(line); !failure.empty())
      return fail(ResultsError::line, fmt::format("line {}: {}", number, failure));
  }
  return std::move(reading.results);
}

}  // namespace rozaneh::lab
