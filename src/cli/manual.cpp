#include "cli/manual.h"

#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/exit_code.h"
#include "cli/man_page.h"
#include "cli/option_words.h"

namespace rozaneh::cli {

void declare(CLI::App& app, ManualSettings& settings) {
  app.add_option("directory", settings.directory, "Where the pages go; it is there already")->required();
  app.add_option("--date", settings.date, "The day that the pages name, YYYY-MM-DD")->required();
}

int run_manual(const CLI::App& program, const ManualSettings& settings) {
  const auto path = std::filesystem::path(settings.directory) / (full_name(program, "-") + ".1");
  std::ofstream file(path);
  file << man_page(program, settings.date);
  file.close();
  if (!file) {
    std::cerr << "rozaneh: cannot write " << path.string() << '\n';
    return kFailed;
  }
  for (const CLI::App* command : visible_commands(program))
    if (const int code = run_manual(*command, settings); code != kOk) return code;
  return kOk;
}

}  // namespace rozaneh::cli
