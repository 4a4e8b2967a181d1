#include "lab/score/results_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "io/error.h"
#include "lab/report/cell_json.h"

namespace rozaneh::lab {
namespace {

using nlohmann::json;

Error cannot_write(const std::filesystem::path& path) {
  return io::from_errno(errno, fmt::format("write {}", path.string()));
}

}  // namespace

std::string serialize(const Cell& cell) {
  json all = fields_of(cell);
  all["type"] = "cell";
  all["censor"] = cell.censor;
  if (cell.pcap.empty()) all["pcap"] = nullptr;
  return all.dump(-1, ' ', true, json::error_handler_t::replace);
}

Result<ResultsFile> ResultsFile::open(const std::filesystem::path& folder, std::string program,
                                      std::string started) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const auto path = folder / "results.jsonl";
  auto file = std::make_unique<io::File>(path, O_RDWR | O_CREAT | O_APPEND);
  if (!file->is_open()) return std::unexpected(cannot_write(path));
  const auto content = file->read_all(kMostResults);
  if (!content) return std::unexpected(cannot_write(path));
  const std::string_view text = text_of(*content);
  const std::string_view whole = text.substr(0, text.rfind('\n') + 1);
  auto read = parse_results(whole);
  if (!read) return std::unexpected(read.error().at(path.string()));
  if (whole.size() < text.size()) std::filesystem::resize_file(path, whole.size(), error);
  if (error) return std::unexpected(cannot_write(path));
  ResultsFile results(std::move(file), std::move(program));
  results.cells_ = std::move(read->cells);
  const json run = {{"type", "run"}, {"program", results.program_}, {"started", std::move(started)}};
  if (auto written = results.write(run.dump()); !written) return std::unexpected(written.error());
  return results;
}

const Cell* ResultsFile::find(const Cell& wanted) const {
  const auto same = [&](const Cell& each) {
    return each.program == program_ && each.censor == wanted.censor && each.subject == wanted.subject &&
           each.scale == wanted.scale && each.seed == wanted.seed;
  };
  const auto found = std::find_if(cells_.rbegin(), cells_.rend(), same);
  return found == cells_.rend() || found->outcome == Outcome::skipped ? nullptr : &*found;
}

Result<> ResultsFile::add(Cell cell) {
  cell.program = program_;
  const std::string line = serialize(cell);
  cells_.push_back(std::move(cell));
  return write(line);
}

Result<> ResultsFile::write(const std::string& line) {
  if (file_->write_all(bytes_of(line + "\n"))) return {};
  return std::unexpected(cannot_write("results.jsonl"));
}

}  // namespace rozaneh::lab
