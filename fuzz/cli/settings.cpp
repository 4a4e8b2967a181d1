// Configuration files, as every command takes them with --config.
#include "cli/settings.h"

#include <cstdlib>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

using namespace rozaneh;

namespace {

// One option of each kind that commands have.
struct Settings {
  cli::CommonSettings common;
  std::vector<std::string> listen;
  std::string zero_copy = "off";
  unsigned limit = 60;
  bool hidden = false;

  void declare(CLI::App& app) {
    cli::declare_common(app, common);
    cli::declare_zero_copy(app, zero_copy);
    app.add_option("--listen", listen)->allow_extra_args(false);
    app.add_option("--limit", limit)->check(CLI::Range(1, 3600));
    app.add_flag("--hidden", hidden);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  CLI::App app;
  Settings settings;
  settings.declare(app);
  const auto applied = cli::apply_config(app, text_of({data, size}), "file");
  // Whatever was taken keeps to what its option allows; a mistake is named.
  if (!applied && applied.error().message().find("file") == std::string::npos) std::abort();
  if (applied && (settings.limit < 1 || settings.limit > 3600)) std::abort();
  if (applied && settings.zero_copy != "off" && settings.zero_copy != "auto") std::abort();
  return 0;
}
