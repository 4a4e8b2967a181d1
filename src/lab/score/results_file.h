// The results of a matrix on disk: one line a cell, added as it ends, so that a run can go on where another
// was stopped.
#pragma once

#include <filesystem>
#include <memory>

#include "io/file.h"
#include "lab/report/results.h"

namespace rozaneh::lab {

std::string serialize(const Cell& cell);

class ResultsFile {
 public:
  // Opens DIR/results.jsonl, and makes both if they are not there. Half a line at its end, of a run that was
  // killed, is cut off. `program` is "rozaneh 0.1.0", `started` the time now.
  static Result<ResultsFile> open(const std::filesystem::path& folder, std::string program,
                                  std::string started);

  // The last line of that cell from this version of the program; null: there is none. What was skipped is
  // tried again.
  [[nodiscard]] const Cell* find(const Cell& wanted) const;

  // Writes the line at once. The cell's program becomes this one.
  Result<> add(Cell cell);

 private:
  ResultsFile(std::unique_ptr<io::File> file, std::string program)
      : file_(std::move(file)), program_(std::move(program)) {}
  Result<> write(const std::string& line);

  std::unique_ptr<io::File> file_;
  std::string program_;
  std::vector<Cell> cells_;
};

}  // namespace rozaneh::lab
