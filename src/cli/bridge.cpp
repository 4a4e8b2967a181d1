#include "cli/bridge.h"

#include <algorithm>
#include <thread>

#include "cli/exit_code.h"
#include "cli/give_up.h"
#include "cli/listening.h"
#include "cli/qr.h"
#include "egress/fixed.h"
#include "egress/open.h"
#include "wire/bridge_line.h"
#include "wire/link.h"

namespace rozaneh::cli {
namespace {

constexpr unsigned kMostThreads = 4;

Result<std::unique_ptr<egress::Egress>> make_egress(const BridgeSettings& settings) {
  if (settings.egress.empty() == settings.forward.empty())
    return fail(
        SettingsError::value,
        "say where streams go: --egress open (clients choose) or --forward ADDRESS:PORT (one service)");
  if (!settings.forward.empty()) {
    auto target = Target::parse(settings.forward);
    if (!target)
      return fail(SettingsError::value,
                  fmt::format("--forward '{}': valid is ADDRESS:PORT", settings.forward));
    return std::make_unique<egress::FixedEgress>(std::move(*target));
  }
  if (settings.egress != "open")
    return fail(SettingsError::value, fmt::format("--egress '{}': valid is open", settings.egress));
  return std::make_unique<egress::OpenEgress>(egress::OpenEgress::Options{
      .allow_private = settings.allow_private,
      .refused_ports = {settings.refuse_port.begin(), settings.refuse_port.end()}});
}

io::ConnectionLimits::Options limits_of(const BridgeSettings& settings) {
  return {.total = settings.max_connections, .per_address = settings.max_per_address};
}

std::size_t threads_of(const CommonSettings& common) {
  return common.threads > 0 ? common.threads
                            : std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
}

void announce(const Served& served, const BridgeSettings& settings, Console& console) {
  const std::string transport = parse_listen(served.listen)->transport;
  std::string where;
  for (const Endpoint& at : served.at) where.append(where.empty() ? "" : " and ").append(at.to_string());
  const std::vector<Way> ways = ways_to(served, transport, settings);
  nlohmann::json links = nlohmann::json::array();
  nlohmann::json lines = nlohmann::json::array();
  for (const Way& way : ways) {
    if (const auto link = serialize_link({&way, 1})) links.push_back(*link);
    if (const auto line = serialize_bridge_line(way)) lines.push_back(*line);
  }
  console.event("listening", fmt::format("Listening for {} on {}.", transport, where),
                {{"transport", transport}, {"at", where}, {"links", links}, {"bridge_lines", lines}});
  console.show("\nShare this link with those who shall use it:\n");
  for (const auto& link : links) console.show(fmt::format("  {}\n", link.get<std::string>()));
  if (!settings.no_qr && !links.empty() && console.on_terminal()) {
    if (const auto code = qr_code(links.front().get<std::string>())) console.show(*code);
  }
  console.show(
      settings.forward.empty()
          ? "The same as a bridge line, for `rozaneh client` (tor itself cannot use an open bridge):\n"
          : "The same as a Tor bridge line:\n");
  for (const auto& line : lines) console.show(fmt::format("  {}\n", line.get<std::string>()));
  if (settings.address.empty() && !std::ranges::any_of(ways, [](const Way& way) {
        const auto* address = std::get_if<IpAddress>(&way.server.host);
        return address == nullptr || address->is_public();
      }))
    console.warn(
        "this machine has no public address of its own: give the one that clients reach with --address");
}

// The part that SIGHUP can change: listeners, limits, log level. Where streams go is fixed at the start.
class BridgeRun {
 public:
  BridgeRun(const BridgeSettings& settings, std::unique_ptr<egress::Egress> egress,
            std::unique_ptr<io::State> state, Console& console)
      : settings_(settings),
        egress_(std::move(egress)),
        state_(std::move(state)),
        running_(console, {.threads = threads_of(settings.common),
                           .limits = limits_of(settings),
                           .drain_limit = std::chrono::seconds(settings.drain_limit)}) {}

  Result<> listen_all() {
    if (auto checked = check_set(settings_.set, transports_of(settings_)); !checked) return checked;
    for (const std::string& listen : wanted(settings_)) {
      auto served = serve(listen, settings_, catalog_, *state_, *egress_, running_);
      if (!served) return std::unexpected(served.error());
      announce(*served, settings_, running_.console());
      served_.push_back(std::move(*served));
    }
    return {};
  }

  void run(const std::function<Result<BridgeSettings>()>& again) {
    running_.run([this, &again] { reload(again()); });
  }

 private:
  static std::vector<std::string> wanted(const BridgeSettings& settings) {
    return settings.listen.empty() ? std::vector<std::string>{"obfs4"} : settings.listen;
  }

  static std::vector<std::string> transports_of(const BridgeSettings& settings) {
    std::vector<std::string> names;
    for (const std::string& listen : wanted(settings)) names.push_back(listen.substr(0, listen.find('=')));
    return names;
  }

  void reload(const Result<BridgeSettings>& fresh) {
    Console& console = running_.console();
    const auto keep = [&console](const Error& error) {
      console.error("the old settings stay: {}", error.message());
    };
    if (!fresh) return keep(fresh.error());
    const auto options = console_options(fresh->common);
    if (!options) return keep(options.error());
    if (const auto checked = check_set(fresh->set, transports_of(*fresh)); !checked)
      return keep(checked.error());
    settings_ = *fresh;
    console.configure(*options);
    running_.change_limits(limits_of(settings_));
    // What is no longer wanted stops listening; its connections, and so its acceptor, stay.
    const auto listens = wanted(settings_);
    for (Served& served : served_) {
      if (std::ranges::find(listens, served.listen) != listens.end()) continue;
      for (const Endpoint& at : served.at) running_.server().close(at);
      served.listen.clear();
      served.at.clear();
    }
    for (const std::string& listen : listens) {
      if (std::ranges::find(served_, listen, &Served::listen) != served_.end()) continue;
      auto served = serve(listen, settings_, catalog_, *state_, *egress_, running_);
      if (!served) {
        console.error("{}", served.error().message());
        continue;
      }
      announce(*served, settings_, console);
      served_.push_back(std::move(*served));
    }
    console.event("reloaded", "Settings read again.");
  }

  BridgeSettings settings_;
  transport::Catalog catalog_ = transport::catalog();
  std::unique_ptr<egress::Egress> egress_;
  std::unique_ptr<io::State> state_;
  std::vector<Served> served_;
  Running running_;
};

}  // namespace

void declare(CLI::App& app, BridgeSettings& settings) {
  app.add_option("--listen", settings.listen,
                 "TRANSPORT, TRANSPORT=:PORT or TRANSPORT=ADDRESS:PORT; may be given several times (default: "
                 "obfs4 on a "
                 "port that is drawn once)")
      ->type_name("WHERE")
      ->allow_extra_args(false);
  app.add_option("--egress", settings.egress, "open: streams go where the client says")->type_name("open");
  app.add_option("--forward", settings.forward, "Streams go to this one service")->type_name("ADDRESS:PORT");
  app.add_option("--address", settings.address,
                 "The address at which clients reach this machine, for the link")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
  app.add_option("--name", settings.name, "A name for the link");
  app.add_option("--set", settings.set, "An argument of a transport, such as obfs4.iat-mode=1")
      ->type_name("TRANSPORT.NAME=VALUE")
      ->allow_extra_args(false);
  app.add_flag("--allow-private", settings.allow_private,
               "With --egress open: private, loopback and link-local destinations too");
  app.add_option("--refuse-port", settings.refuse_port,
                 "With --egress open: destination ports that are refused")
      ->capture_default_str()
      ->allow_extra_args(false);
  app.add_option("--max-connections", settings.max_connections, "Connections served at once; 0: no limit")
      ->capture_default_str();
  app.add_option("--max-per-address", settings.max_per_address,
                 "The same for each client address (IPv6: each /64)")
      ->capture_default_str();
  app.add_option("--handshake-limit", settings.handshake_limit,
                 "Seconds that a client gets to make itself known, and to name its destination")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--idle-limit", settings.idle_limit,
                 "Seconds of silence after which a connection ends; 0: never")
      ->capture_default_str();
  app.add_option("--drain-limit", settings.drain_limit, "Seconds that open connections get at the end")
      ->capture_default_str();
  app.add_flag("--no-qr", settings.no_qr, "Print no QR code (there is none where the output is no terminal)");
  declare_common(app, settings.common);
}

int run_bridge(const BridgeSettings& settings, const std::function<Result<BridgeSettings>()>& again) {
  Console console;
  const auto options = console_options(settings.common);
  if (!options) return give_up(console, options.error());
  console.configure(*options);
  auto egress = make_egress(settings);
  if (!egress) return give_up(console, egress.error());
  auto state = open_state(settings.common);
  if (!state) return give_up(console, state.error());
  BridgeRun bridge(settings, std::move(*egress), std::move(*state), console);
  const auto listening = bridge.listen_all();
  if (!listening) return give_up(console, listening.error());
  bridge.run(again);
  return kOk;
}

}  // namespace rozaneh::cli
