#include "cli/lab_matrix.h"

#include <fmt/chrono.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/exit_code.h"
#include "cli/lab_load.h"
#include "cli/settings.h"
#include "io/file.h"
#include "lab/censor/library.h"
#include "lab/path/session.h"
#include "lab/score/cell.h"
#include "lab/score/matrix.h"
#include "lab/score/subjects.h"

namespace rozaneh::cli {
namespace {

constexpr int kInterrupted = 130;  // as shells say it

int refuse(const Error& error, int code) {
  std::cerr << "rozaneh: " << error.message() << '\n';
  return code;
}

std::string own_program() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "/proc/self/exe" : path.string();
}

// Servers' programs stand where ordinary users do not look.
void look_for_servers_too() {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): there is one thread
  const std::string more =
      fmt::format("{}:/usr/local/sbin:/usr/sbin:/sbin", path != nullptr ? path : "/usr/bin:/bin");
  setenv("PATH", more.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
}

int list_subjects(const LabMatrixSettings& settings) {
  look_for_servers_too();
  const auto all = lab::all_subjects();
  if (!all) return refuse(all.error(), kFailed);
  for (const lab::SubjectSpec& spec : *all) {
    const std::string missing = lab::missing_program(spec);
    const nlohmann::json object = {{"id", spec.id},
                                   {"title", spec.title},
                                   {"kind", lab::name_of(spec.kind)},
                                   {"innocent", spec.innocent},
                                   {"package", spec.package},
                                   {"installed", missing.empty()}};
    std::cout << (settings.json
                      ? object.dump()
                      : fmt::format("{:<24}{}{}", spec.id, spec.title,
                                    missing.empty() ? "" : fmt::format(" (needs {})", spec.package)))
              << '\n';
  }
  return kOk;
}

Result<std::vector<lab::MatrixCensor>> censors_of(const LabMatrixSettings& settings) {
  std::vector<std::string> names = settings.censors;
  if (names.empty()) {
    const auto all = lab::all_censors();
    if (!all) return std::unexpected(all.error());
    for (const lab::CensorSpec& spec : *all)
      if (spec.bold || !settings.bold) names.push_back(spec.id);
  }
  std::vector<lab::MatrixCensor> censors;
  for (const std::string& name : names) {
    auto spec = load_censor(name);
    if (!spec) return std::unexpected(spec.error());
    if (spec->bold || !settings.bold) censors.push_back({name, std::move(*spec)});
  }
  return censors;
}

Result<std::vector<lab::MatrixSubject>> subjects_of(const LabMatrixSettings& settings) {
  std::vector<std::string> names = settings.subjects;
  if (names.empty()) {
    const auto all = lab::all_subjects();
    if (!all) return std::unexpected(all.error());
    for (const lab::SubjectSpec& spec : *all) names.push_back(spec.id);
  }
  std::vector<lab::MatrixSubject> subjects;
  for (const std::string& name : names) {
    auto spec = load_subject(name);
    if (!spec) return std::unexpected(spec.error());
    subjects.push_back({name, std::move(*spec)});
  }
  return subjects;
}

Result<lab::MatrixOrder> order_of(const LabMatrixSettings& settings) {
  auto censors = censors_of(settings);
  if (!censors) return std::unexpected(censors.error());
  auto subjects = subjects_of(settings);
  if (!subjects) return std::unexpected(subjects.error());
  lab::MatrixOrder order;
  order.censors = std::move(*censors);
  order.subjects = std::move(*subjects);
  order.controls = settings.controls;
  if (settings.scale != "auto") order.scale = std::stod(settings.scale);  // CLI11 has checked it
  order.seed = settings.seed;
  order.jobs = settings.jobs > 0 ? settings.jobs : std::max(1U, std::thread::hardware_concurrency());
  order.near = {.patience = lab::Seconds(settings.patience), .times = settings.fetches};
  order.folder = settings.results;
  order.program = own_program();
  return order;
}

volatile std::sig_atomic_t interrupted = 0;

// Without SA_RESTART: whoever waits shall look.
void mind_interrupts() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = 1; };
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
}

void tell(const lab::Cell& cell, std::size_t number, std::size_t of) {
  std::cerr << fmt::format("{:>4}/{}  {:<36}{:<24}{}{}{}\n", number, of, cell.censor, cell.subject,
                           lab::name_of(cell.outcome), cell.why.empty() ? "" : ": ", cell.why);
}

char letter_of(const lab::Cell& cell) { return "+~X."[static_cast<std::size_t>(cell.outcome)]; }

// A line a subject, a column a censor.
void print_table(const lab::MatrixOrder& order, const std::vector<lab::Cell>& cells) {
  const auto letter = [&](const std::string& censor, const std::string& subject) {
    const auto found = std::ranges::find_if(
        cells, [&](const lab::Cell& cell) { return cell.censor == censor && cell.subject == subject; });
    return found != cells.end() ? letter_of(*found) : ' ';
  };
  std::cout << "\n+ passes   ~ degraded   X blocked   . skipped\n\n";
  for (std::size_t i = 0; i < order.censors.size(); ++i)
    std::cout << fmt::format("{:>26}{:{}}\\ {}\n", "", "", i, order.censors[i].spec.id);
  for (const lab::MatrixSubject& subject : order.subjects) {
    std::string line;
    for (const lab::MatrixCensor& censor : order.censors) line += letter(censor.spec.id, subject.spec.id);
    std::cout << fmt::format("{:<24}{} {}\n", subject.spec.id,
                             letter(std::string(lab::kNoCensor), subject.spec.id), line);
  }
}

int run_matrix(const LabMatrixSettings& settings) {
  look_for_servers_too();
  const auto order = order_of(settings);
  if (!order) return refuse(order.error(), kUsage);
  const std::time_t now = std::time(nullptr);
  auto results = lab::ResultsFile::open(order->folder, "rozaneh " ROZANEH_VERSION,
                                        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now)));
  if (!results) return refuse(results.error(), kFailed);
  mind_interrupts();
  const auto cells = lab::run_matrix(*order, *results, &tell, [] { return interrupted != 0; });
  if (!cells)
    return refuse(cells.error(), cells.error().is(lab::MatrixError::stopped) ? kInterrupted : kFailed);
  if (!settings.json) print_table(*order, *cells);
  if (settings.json)
    for (const lab::Cell& cell : *cells) std::cout << lab::serialize(cell) << '\n';
  return kOk;
}

int run_one(const LabMatrixSettings& settings) {
  auto subject = load_subject(settings.subject);
  if (!subject) return refuse(subject.error(), kUsage);
  lab::CellOrder order{.subject = std::move(*subject),
                       .censor = {},
                       .options = {},
                       .capture = settings.capture,
                       .program = own_program(),
                       .near = {}};
  if (!settings.censor.empty()) {
    auto censor = load_censor(settings.censor);
    if (!censor) return refuse(censor.error(), kUsage);
    order.censor = std::move(*censor);
  }
  order.options = {.scale = settings.cell_scale, .seed = settings.seed, .flows = {}};
  order.near = {order.program,
                "lab",
                "near",
                "--subject",
                settings.subject,
                "--patience",
                fmt::format("{}", settings.patience),
                "--fetches",
                fmt::format("{}", settings.fetches)};
  return lab::run_cell(order);
}

// Ends without cleaning up: what it has started ends with the lab.
int run_near(const LabMatrixSettings& settings) {
  const auto subject = load_subject(settings.subject);
  if (!subject) return refuse(subject.error(), kUsage);
  const io::File file(lab::kValuesFile, O_RDONLY);
  const auto values = file.is_open() ? file.read_all(1 << 20) : std::nullopt;
  if (!values) return refuse(Error(SettingsError::value, "this is for `rozaneh lab matrix` alone"), kUsage);
  const lab::NearOrder order{.patience = lab::Seconds(settings.patience), .times = settings.fetches};
  const auto report = lab::run_near_side(*subject, order, lab::parse_values(text_of(*values)));
  std::cout << lab::serialize(report) << std::endl;
  return kOk;
}

void declare_user(CLI::App& app, LabMatrixSettings& settings) {
  app.add_option("--patience", settings.patience,
                 "Seconds that a user waits for the next byte; four times that for a whole fetch")
      ->check(CLI::Range(0.1, 600.0))
      ->capture_default_str();
  app.add_option("--fetches", settings.fetches, "How often each subject fetches; 0: as its file says")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  app.add_option("--seed", settings.seed, "What chance is drawn from: the same seed gives the same verdicts")
      ->capture_default_str();
}

void declare_matrix(CLI::App& app, LabMatrixSettings& settings) {
  app.add_option("--censors", settings.censors, "Names from `rozaneh lab list`, or files; all if not said")
      ->delimiter(',');
  app.add_option("--subjects", settings.subjects,
                 "Names from `rozaneh lab subjects`, or files; all if not said")
      ->delimiter(',');
  app.add_flag("--bold", settings.bold, "Only the censors that are part of every test run");
  app.add_flag("--controls", settings.controls, "Of each censor only its two controls");
  app.add_option("--scale", settings.scale,
                 "Divide all times by this, or by what a censor allows if that is less; auto: what fits each")
      ->check(CLI::Range(1.0, 1000.0) | CLI::IsMember({"auto"}))
      ->capture_default_str();
  app.add_option("--jobs", settings.jobs, "Cells at once; 0: one a core")->capture_default_str();
  app.add_option(
         "--results", settings.results,
         "A folder: results.jsonl, and captures of what failed; cells that are in there are not run again")
      ->capture_default_str();
  app.add_flag("--json", settings.json, "One JSON object a cell in place of the table");
  declare_user(app, settings);
}

}  // namespace

LabMatrixCommands declare_lab_matrix(CLI::App& lab, LabMatrixSettings& settings) {
  LabMatrixCommands commands;
  commands.matrix = lab.add_subcommand("matrix", "Score subjects behind censors");
  declare_matrix(*commands.matrix, settings);
  commands.subjects = lab.add_subcommand("subjects", "Name the subjects that there are");
  commands.subjects->add_flag("--json", settings.json, "One JSON object a line");
  commands.cell = lab.add_subcommand("cell", "One cell of the matrix")->group("");
  commands.cell->add_option("--censor", settings.censor);
  commands.cell->add_option("--subject", settings.subject)->required();
  commands.cell->add_option("--scale", settings.cell_scale);
  commands.cell->add_option("--capture", settings.capture);
  declare_user(*commands.cell, settings);
  commands.near_side = lab.add_subcommand("near", "The client's side of a cell")->group("");
  commands.near_side->add_option("--subject", settings.subject)->required();
  declare_user(*commands.near_side, settings);
  return commands;
}

int run_lab_matrix(const LabMatrixCommands& commands, const LabMatrixSettings& settings) {
  if (commands.subjects->parsed()) return list_subjects(settings);
  if (commands.matrix->parsed()) return run_matrix(settings);
  return commands.cell->parsed() ? run_one(settings) : run_near(settings);
}

}  // namespace rozaneh::cli
