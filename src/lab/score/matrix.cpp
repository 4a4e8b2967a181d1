#include "lab/score/matrix.h"

#include <fmt/format.h>

#include <algorithm>

#include "lab/score/crew.h"
#include "lab/score/subjects.h"

namespace rozaneh::lab {
namespace {

constexpr Seconds kLongestOpening{180};  // of a far side
constexpr unsigned kWaitsInAll = 5;      // for one byte, in a fetch

struct Pair {
  const MatrixSubject* subject = nullptr;
  const MatrixCensor* censor = nullptr;  // null: none
};

double scale_of(const MatrixOrder& order, const Pair& pair) {
  if (pair.censor == nullptr) return 1;
  const CensorSpec& spec = pair.censor->spec;
  return order.scale ? std::min(*order.scale, spec.most_scale) : fitting_scale(spec, order.near.patience);
}

bool belongs(const MatrixOrder& order, const Pair& pair) {
  const Control& control = pair.censor->spec.control;
  const std::string& id = pair.subject->spec.id;
  return !order.controls || id == control.passes || id == control.blocked;
}

class Run {
 public:
  Run(const MatrixOrder& order, ResultsFile& results, const OnCell& on_cell,
      const std::function<bool()>& stop)
      : order_(order), results_(results), on_cell_(on_cell), stop_(stop) {}

  Result<std::vector<Cell>> all() {
    std::vector<Pair> behind;
    std::vector<Pair> free;
    for (const MatrixCensor& censor : order_.censors)
      for (const MatrixSubject& subject : order_.subjects)
        if (belongs(order_, {&subject, &censor})) behind.push_back({&subject, &censor});
    for (const MatrixSubject& subject : order_.subjects) {
      const auto is_used = [&](const Pair& pair) { return pair.subject == &subject; };
      if (!order_.controls || std::ranges::any_of(behind, is_used)) free.push_back({&subject, nullptr});
    }
    total_ = free.size() + behind.size();
    auto done = work(free);
    if (done) done = work(behind);
    if (!done) return std::unexpected(done.error());
    return std::move(cells_);
  }

 private:
  [[nodiscard]] Cell blank(const Pair& pair) const {
    Cell cell;
    cell.censor = pair.censor != nullptr ? pair.censor->spec.id : kNoCensor;
    cell.subject = pair.subject->spec.id;
    cell.scale = scale_of(order_, pair);
    cell.seed = order_.seed;
    return cell;
  }

  [[nodiscard]] std::string capture_of(const Cell& cell) const {
    return (order_.folder / "pcap" / fmt::format("{}--{}.pcap", cell.censor, cell.subject)).string();
  }

  [[nodiscard]] std::vector<std::string> words_for(const Pair& pair, const Cell& cell) const {
    std::vector<std::string> words = {order_.program,
                                      "lab",
                                      "cell",
                                      "--subject",
                                      pair.subject->name,
                                      "--scale",
                                      fmt::format("{}", cell.scale),
                                      "--seed",
                                      fmt::format("{}", cell.seed),
                                      "--patience",
                                      fmt::format("{}", order_.near.patience.count()),
                                      "--fetches",
                                      fmt::format("{}", order_.near.times),
                                      "--capture",
                                      capture_of(cell)};
    if (pair.censor != nullptr) words.insert(words.end(), {"--censor", pair.censor->name});
    return words;
  }

  // Longer than any cell takes.
  [[nodiscard]] Seconds limit_of(const SubjectSpec& subject) const {
    const unsigned times = order_.near.times > 0 ? order_.near.times : subject.fetch.times;
    return kLongestOpening + order_.near.patience * (kWaitsInAll * times) + 2 * Seconds(subject.patience);
  }

  void finish(const Cell& cell) {
    cells_.push_back(cell);
    if (on_cell_) on_cell_(cell, cells_.size(), total_);
  }

  [[nodiscard]] const Cell* uncensored(const std::string& subject) const {
    const auto found = std::ranges::find_if(
        cells_, [&](const Cell& each) { return each.censor == kNoCensor && each.subject == subject; });
    return found != cells_.end() ? &*found : nullptr;
  }

  // What needs no lab: it is there, or cannot be tried. Answers whether it was so.
  Result<bool> settle(const Pair& pair, const Cell& blank_cell) {
    Cell cell = blank_cell;
    if (const Cell* known = results_.find(cell)) {
      finish(*known);
      return true;
    }
    const Cell* free = pair.censor != nullptr ? uncensored(cell.subject) : nullptr;
    const std::string missing = missing_program(pair.subject->spec);
    if (!missing.empty()) {
      cell.why = fmt::format("{} is not installed: it is in Debian's package {}", missing,
                             pair.subject->spec.package);
    } else if (free != nullptr && free->outcome == Outcome::skipped) {
      cell.why = free->why;
    } else {
      return false;
    }
    if (auto kept = keep(cell); !kept) return std::unexpected(kept.error());
    return true;
  }

  Result<> keep(const Cell& cell) {
    auto added = results_.add(cell);
    if (added) finish(cell);
    return added;
  }

  Result<> take(const Pair& pair, Cell cell, const Crew::Ended& ended) {
    auto report = parse_near_report(std::string_view(ended.said).substr(0, ended.said.find('\n')));
    if (!report)
      report = NearReport{.failed = ended.late ? "the cell did not end" : "the cell ended without a word",
                          .late = {},
                          .fetches = {}};
    score(*report, pair.censor != nullptr ? uncensored(cell.subject) : nullptr, cell);
    std::error_code ignored;
    const bool failed = cell.outcome == Outcome::blocked || cell.outcome == Outcome::degraded;
    if (failed && std::filesystem::exists(capture_of(cell), ignored))
      cell.pcap =
          (std::filesystem::path("pcap") / std::filesystem::path(capture_of(cell)).filename()).string();
    else
      std::filesystem::remove(capture_of(cell), ignored);
    return keep(cell);
  }

  Result<> work(const std::vector<Pair>& pairs) {
    Crew crew;
    std::size_t next = 0;
    std::vector<bool> under_way(pairs.size());
    const auto forget = [&] {  // captures of cells that will not end
      std::error_code ignored;
      for (std::size_t i = 0; i < pairs.size(); ++i)
        if (under_way[i]) std::filesystem::remove(capture_of(blank(pairs[i])), ignored);
    };
    while (next < pairs.size() || crew.size() > 0) {
      while (next < pairs.size() && crew.size() < order_.jobs) {
        const Pair& pair = pairs[next];
        const Cell cell = blank(pair);
        const auto settled = settle(pair, cell);
        if (!settled) return std::unexpected(settled.error());
        if (!*settled) {
          auto started = crew.start(next, words_for(pair, cell), limit_of(pair.subject->spec));
          if (!started) return started;
          under_way[next] = true;
        }
        ++next;
      }
      if (stop_()) {
        forget();
        return fail(MatrixError::stopped);
      }
      const auto ended = crew.wait();
      if (!ended) continue;
      under_way[ended->number] = false;
      if (auto taken = take(pairs[ended->number], blank(pairs[ended->number]), *ended); !taken) return taken;
    }
    return {};
  }

  const MatrixOrder& order_;
  ResultsFile& results_;
  const OnCell& on_cell_;
  const std::function<bool()>& stop_;
  std::vector<Cell> cells_;
  std::size_t total_ = 0;
};

}  // namespace

std::string_view layer_of(MatrixError /*error*/) { return "matrix"; }
std::string_view describe(MatrixError /*error*/) { return "stopped"; }

Result<std::vector<Cell>> run_matrix(const MatrixOrder& order, ResultsFile& results, const OnCell& on_cell,
                                     const std::function<bool()>& stop) {
  std::error_code error;
  std::filesystem::create_directories(order.folder / "pcap", error);
  return Run(order, results, on_cell, stop).all();
}

}  // namespace rozaneh::lab
