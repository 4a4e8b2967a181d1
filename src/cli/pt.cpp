#include "cli/pt.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "cli/exit_code.h"
#include "io/descriptor_limit.h"
#include "io/startup_pages.h"
#include "pt/client_side.h"
#include "pt/lifetime.h"
#include "pt/server_side.h"
#include "pt/session_transport.h"
#include "wire/pt_lines.h"

namespace rozaneh::cli {
namespace {

constexpr unsigned kMostLoops = 4;  // Tor, which has one, is busy long before

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread
  if (value == nullptr) return std::nullopt;
  return value;
}

int refuse(pt::Output& output, const Error& error) {
  output.say(pt::refusal(error));
  if (isatty(STDOUT_FILENO) != 0)
    fmt::print(stderr, "rozaneh: `rozaneh pt` is started by tor; docs/guides/tor.md says how\n");
  return kFailed;
}

std::vector<TransportOptions> defaults_from(const PtSettings& settings) {
  if (!settings.biased_shapes) return {};
  return {{.transport = "obfs4", .options = {{"dist-bias", "1"}}}};
}

// A client has the connections of one user; a bridge those of many.
std::size_t loops_for(const PtSettings& settings, const pt::Environment& environment) {
  if (settings.threads > 0) return settings.threads;
  if (std::holds_alternative<pt::ClientOrder>(environment.order)) return 1;
  return std::clamp(std::thread::hardware_concurrency(), 1U, kMostLoops);
}

// Everything that serves; the sides outlive the loops, which outlive the server.
int serve(const PtSettings& settings, const pt::Environment& environment, io::State& state,
          pt::Output& output) {
  transport::Catalog catalog = transport::catalog();
  tunnel::Clients sessions;
  catalog.push_back(pt::session_transport(catalog, sessions));
  const std::vector<TransportOptions> defaults = defaults_from(settings);
  Counters counters;
  crypto::SystemRandom random;
  io::ConnectionLimits limits({});  // Tor knows best how many it can take
  const pt::Parts parts{.catalog = catalog,
                        .defaults = defaults,
                        .state = state,
                        .random = random,
                        .output = output,
                        .counters = counters};
  std::optional<pt::ClientSide> client;
  std::optional<pt::ServerSide> bridge;
  io::Loops loops(output, loops_for(settings, environment));
  io::Server server(loops, limits);
  const pt::Lifetime lifetime(loops, server, environment.exit_on_stdin_close,
                              [&sessions] { return sessions.close(); });

  std::size_t listening = 0;
  if (const auto* order = std::get_if<pt::ClientOrder>(&environment.order)) {
    listening = client.emplace(environment, *order, parts).listen(server);
  } else {
    listening = bridge.emplace(std::get<pt::ServerOrder>(environment.order), parts).listen(server);
  }
  if (listening == 0) return kFailed;
  if (bridge) output.say(pt::status_version("rozaneh", ROZANEH_VERSION));
  io::release_startup_pages();
  loops.run();
  return kOk;
}

}  // namespace

void declare(CLI::App& app, PtSettings& settings) {
  app.add_option("--log-level", settings.log_level, "What is told to Tor's log: debug, info, warn or error")
      ->capture_default_str();
  app.add_flag("--unsafe-logging", settings.unsafe_logging,
               "Show users' and bridges' addresses in the log (off: they are left out)");
  app.add_flag("--obfs4-biased-shapes", settings.biased_shapes,
               "obfs4: let few lengths take most of the weight, as ScrambleSuit had it");
  app.add_option("--threads", settings.threads,
                 "Event loops to run (default: one on a client; one a core, at most 4, on a bridge)");
}

int run_pt(const PtSettings& settings) {
  const auto level = parse_level(settings.log_level);
  if (!level) {
    fmt::print(stderr, "rozaneh: --log-level '{}': valid are debug, info, warn and error\n",
               settings.log_level);
    return kUsage;
  }
  pt::Output output(STDOUT_FILENO, {.level = *level, .addresses = settings.unsafe_logging});
  const auto version = pt::check_version(environment_variable);
  if (!version) return refuse(output, version.error());
  output.say(pt::version());
  const auto environment = pt::read_environment(environment_variable);
  if (!environment) return refuse(output, environment.error());
  const auto state = io::DirectoryState::open(environment->state);
  if (!state) return refuse(output, state.error());
  io::raise_descriptor_limit();
  return serve(settings, *environment, **state, output);
}

}  // namespace rozaneh::cli
