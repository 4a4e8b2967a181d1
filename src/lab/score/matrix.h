// All subjects behind all censors: each pair in a lab of its own, several at once.
#pragma once

#include <functional>

#include "lab/censor/spec.h"
#include "lab/score/results_file.h"
#include "lab/score/scoring.h"
#include "lab/score/subject.h"

namespace rozaneh::lab {

inline constexpr std::string_view kNoCensor = "none";

struct MatrixCensor {
  std::string name;  // as `lab cell` finds it: a name of ours, or a file
  CensorSpec spec;
};
struct MatrixSubject {
  std::string name;
  SubjectSpec spec;
};

struct MatrixOrder {
  std::vector<MatrixCensor> censors;
  std::vector<MatrixSubject> subjects;
  bool controls = false;        // of each censor its two controls alone
  std::optional<double> scale;  // at most what a censor allows; none: what fits each
  std::uint64_t seed = 1;
  unsigned jobs = 1;
  NearOrder near;
  std::filesystem::path folder;  // of the results
  std::string program;           // this one's file
};

enum class MatrixError { stopped };
std::string_view layer_of(MatrixError error);
std::string_view describe(MatrixError error);

using OnCell = std::function<void(const Cell& cell, std::size_t number, std::size_t of)>;

// Runs what the results do not have yet: first every subject without a censor, by which the others are
// measured. `on_cell` is told of each cell, also of those that were there. `stop` is asked whenever a signal
// came; once it says so all ends soon, with MatrixError::stopped. Answers all cells of the order.
Result<std::vector<Cell>> run_matrix(const MatrixOrder& order, ResultsFile& results, const OnCell& on_cell,
                                     const std::function<bool()>& stop);

}  // namespace rozaneh::lab
