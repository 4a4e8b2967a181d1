#include "cli/lab_report.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <iostream>

#include "cli/exit_code.h"
#include "io/error.h"
#include "lab/censor/library.h"
#include "lab/report/report.h"
#include "lab/score/subjects.h"

namespace rozaneh::cli {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> cannot_write(const fs::path& path) {
  return fail(io::IoError::file,
              fmt::format("cannot write {}: {}", path.string(), std::generic_category().message(errno)));
}

// As a program creates files: for all whom the user's mask lets.
bool allow_readers(const fs::path& path) {
  const mode_t mask = umask(0);
  umask(mask);
  return chmod(path.c_str(), 0666 & ~mask) == 0;
}

// As a whole or not at all: whoever reads meanwhile sees the old one.
Result<> replace(const fs::path& path, std::string_view content) {
  const fs::path fresh = path.string() + ".new";
  {
    const io::File file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open()) return cannot_write(path);
    if (file.write_all(bytes_of(content)) && file.sync() && allow_readers(fresh) &&
        rename(fresh.c_str(), path.c_str()) == 0)
      return {};
  }
  auto failure = cannot_write(path);
  unlink(fresh.c_str());
  return failure;
}

Result<> put(const std::string& where, std::string_view content) {
  if (where.empty()) return {};
  if (where != "-") return replace(where, content);
  std::cout << content << std::flush;
  return {};
}

// With all that acts beside each of them on its path.
Result<std::vector<lab::CensorSpec>> whole_censors() {
  auto all = lab::all_censors();
  if (!all) return all;
  for (lab::CensorSpec& spec : *all) {
    auto whole = lab::with_companions(std::move(spec));
    if (!whole) return fail(std::move(whole));
    spec = std::move(*whole);
  }
  return all;
}

Result<std::vector<lab::ReportedSubject>> subjects() {
  const auto all = lab::all_subjects();
  if (!all) return std::unexpected(all.error());
  std::vector<lab::ReportedSubject> reported;
  reported.reserve(all->size());
  for (const lab::SubjectSpec& spec : *all)
    reported.push_back({.id = spec.id,
                        .title = spec.title,
                        .kind = std::string(lab::name_of(spec.kind)),
                        .innocent = spec.innocent,
                        .year = spec.year});
  return reported;
}

Result<lab::Report> report_on(const fs::path& directory) {
  const auto content = io::read_file(directory / "results.jsonl", lab::kMostResults);
  if (!content) return std::unexpected(content.error());
  auto results = lab::parse_results(text_of(*content));
  if (!results) return std::unexpected(results.error().at((directory / "results.jsonl").string()));
  const auto censors = whole_censors();
  if (!censors) return std::unexpected(censors.error());
  const auto known = subjects();
  if (!known) return std::unexpected(known.error());
  return lab::make_report(std::move(*results), *censors, *known);
}

// How the one file names the other in a link.
std::string link_between(const std::string& from, const std::string& to) {
  if (from.empty() || to.empty() || from == "-" || to == "-") return {};
  return fs::absolute(to).lexically_relative(fs::absolute(from).parent_path()).generic_string();
}

Result<> write(const LabReportSettings& settings) {
  const auto report = report_on(settings.directory);
  if (!report) return std::unexpected(report.error());
  const std::string link = link_between(settings.markdown, settings.svg);
  if (auto done = put(settings.html, settings.html.empty() ? "" : to_html(*report)); !done) return done;
  if (auto done = put(settings.json, settings.json.empty() ? "" : to_json(*report)); !done) return done;
  if (auto done = put(settings.svg, settings.svg.empty() ? "" : to_svg(*report)); !done) return done;
  return put(settings.markdown, settings.markdown.empty() ? "" : to_markdown(*report, link));
}

}  // namespace

void declare(CLI::App& app, LabReportSettings& settings) {
  app.add_option("directory", settings.directory, "Where `rozaneh lab matrix --results` has left its results")
      ->required();
  app.add_option("--html", settings.html, "Write one page that needs nothing besides; - is standard output")
      ->type_name("FILE");
  app.add_option("--markdown", settings.markdown, "The same as Markdown")->type_name("FILE");
  app.add_option("--json", settings.json, "The same for programs")->type_name("FILE");
  app.add_option("--svg", settings.svg, "The table as a picture")->type_name("FILE");
}

int run_lab_report(const LabReportSettings& settings) {
  LabReportSettings wanted = settings;
  if (wanted.html.empty() && wanted.markdown.empty() && wanted.json.empty() && wanted.svg.empty())
    wanted.html = (fs::path(wanted.directory) / "report.html").string();
  if (const auto done = write(wanted); !done) {
    std::cerr << "rozaneh: " << done.error().message() << '\n';
    return kFailed;
  }
  for (const std::string& file : {wanted.html, wanted.markdown, wanted.json, wanted.svg})
    if (!file.empty() && file != "-") std::cerr << "rozaneh: wrote " << file << '\n';
  return kOk;
}

}  // namespace rozaneh::cli
