#include "cli/bridge.h"

#include <algorithm>
#include <thread>

#include "cli/exit_code.h"
#include "cli/give_up.h"
#include "cli/hand_over.h"
#include "cli/listening.h"
#include "cli/qr.h"
#include "cli/user.h"
#include "egress/fixed.h"
#include "egress/open.h"
#include "tunnel/users_file.h"
#include "wire/bridge_line.h"
#include "wire/link.h"

namespace rozaneh::cli {
namespace {

constexpr unsigned kMostThreads = 4;

io::ConnectionLimits::Options limits_of(const BridgeSettings& settings) {
  return {.total = settings.max_connections, .per_address = settings.max_per_address};
}

std::size_t threads_of(const CommonSettings& common) {
  return common.threads > 0 ? common.threads
                            : std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
}

void show_links(const nlohmann::json& links, const nlohmann::json& lines, const BridgeSettings& settings,
                Console& console) {
  if (!settings.users.empty())
    return console.show(
        fmt::format("\nEach user has a link of his own: rozaneh user add NAME --users {}\n", settings.users));
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
  show_links(links, lines, settings, console);
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
            std::unique_ptr<io::State> state, HandOver& hand_over, Console& console)
      : settings_(settings),
        hand_over_(hand_over),
        egress_(std::move(egress)),
        state_(std::move(state)),
        running_(console, {.threads = threads_of(settings.common),
                           .limits = limits_of(settings),
                           .drain_limit = std::chrono::seconds(settings.drain_limit)}) {}

  Result<> listen_all() {
    hand_over_.give_listeners(running_.server());
    if (!settings_.no_tunnel && !egress_->fixed()) {
      auto sessions = SessionServer::make(
          *state_, *egress_, running_, std::chrono::seconds(settings_.idle_limit),
          {.sessions = limits_of(settings_), .hello_limit = std::chrono::seconds(settings_.handshake_limit)});
      if (!sessions) return std::unexpected(sessions.error());
      sessions_ = std::move(*sessions);
    }
    if (const auto let_in = use_users(settings_); !let_in) return let_in;
    if (auto checked = check_set(settings_.set, transports_of(settings_)); !checked) return checked;
    for (const std::string& listen : listens_of(settings_)) {
      auto served = serve(listen, settings_, catalog_, *state_, *egress_, sessions_.get(), running_);
      if (!served) return std::unexpected(served.error());
      served_.push_back(std::move(*served));
    }
    const auto kept = keep_links();
    if (!kept) return kept;
    for (const Served& served : served_) announce(served, settings_, running_.console());
    hand_over_.give_sessions(sessions_.get(), running_);
    return {};
  }

  void run(const std::function<Result<BridgeSettings>()>& again) {
    running_.keep_sessions_by(
        {.ready = [this] { hand_over_.ready(); },
         .to_successor = [this] { return hand_over_.to_successor(sessions_.get(), running_); },
         .to_store = [this] { return hand_over_.to_store(sessions_.get(), running_); },
         .drain = [this] { drain(); },
         .sessions = [this] { return sessions_ ? sessions_->server().sessions() : 0; },
         .end = [this] { return sessions_ ? sessions_->server().end_all() : std::weak_ptr<void>(); }});
    if (sessions_)
      running_.count_also([this] { return nlohmann::json{{"sessions", sessions_->server().sessions()}}; });
    running_.run([this, &again] { reload(again()); });
  }

 private:
  Result<> use_users(const BridgeSettings& settings) {
    if (settings.users.empty()) return {};
    auto users = tunnel::read_users(settings.users);
    if (!users) return std::unexpected(users.error());
    sessions_->server().change_users(std::move(*users));
    return {};
  }

  // For `rozaneh user add`, which makes links of them, and for `rozaneh setup`, which shows them.
  Result<> keep_links() {
    std::string all;
    for (const Served& served : served_) {
      if (served.at.empty()) continue;
      for (const Way& way : ways_to(served, parse_listen(served.listen)->transport, settings_))
        if (const auto link = serialize_link({&way, 1})) all.append(*link).append("\n");
    }
    return state_->write(kBridgeLinks, bytes_of(all));
  }

  void drain() {
    for (const Served& served : served_) served.bridge->drain();
    if (sessions_) sessions_->server().drain();
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
    if (fresh->users.empty() != settings_.users.empty())
      return keep(Error(SettingsError::value, "whether there are --users is settled when the bridge starts"));
    if (const auto let_in = use_users(*fresh); !let_in) return keep(let_in.error());
    settings_ = *fresh;
    console.configure(*options);
    running_.change_limits(limits_of(settings_));
    if (sessions_) sessions_->server().change_limits(limits_of(settings_));
    // What is no longer wanted stops listening; its connections, and so its acceptor, stay.
    const auto listens = listens_of(settings_);
    for (Served& served : served_) {
      if (std::ranges::find(listens, served.listen) != listens.end()) continue;
      for (const Endpoint& at : served.at) running_.server().close(at);
      served.listen.clear();
      served.at.clear();
    }
    for (const std::string& listen : listens) {
      if (std::ranges::find(served_, listen, &Served::listen) != served_.end()) continue;
      auto served = serve(listen, settings_, catalog_, *state_, *egress_, sessions_.get(), running_);
      if (!served) {
        console.error("{}", served.error().message());
        continue;
      }
      announce(*served, settings_, console);
      served_.push_back(std::move(*served));
    }
    if (const auto kept = keep_links(); !kept) console.error("{}", kept.error().message());
    console.event("reloaded", "Settings read again.");
  }

  BridgeSettings settings_;
  HandOver& hand_over_;
  transport::Catalog catalog_ = transport::catalog();
  std::unique_ptr<egress::Egress> egress_;
  std::unique_ptr<io::State> state_;
  std::vector<Served> served_;
  Running running_;
  std::unique_ptr<SessionServer> sessions_;  // gone before the loops, on which its sessions live
};

}  // namespace

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

Result<> check_users(const BridgeSettings& settings) {
  if (settings.users.empty() || (settings.forward.empty() && !settings.no_tunnel)) return {};
  return fail(SettingsError::value,
              "--users is for sessions, which there are with --egress open and without --no-tunnel");
}

std::vector<std::string> listens_of(const BridgeSettings& settings) {
  return settings.listen.empty() ? std::vector<std::string>{"obfs4"} : settings.listen;
}

std::vector<std::string> transports_of(const BridgeSettings& settings) {
  std::vector<std::string> names;
  for (const std::string& listen : listens_of(settings)) names.push_back(listen.substr(0, listen.find('=')));
  return names;
}

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
  app.add_flag("--no-tunnel", settings.no_tunnel,
               "With --egress open: offer no sessions that outlive their connections");
  app.add_option(
         "--users", settings.users,
         "With --egress open: only users in this file are let in, by links that `rozaneh user add` makes; "
         "read again on SIGHUP, which ends the sessions of those who are gone")
      ->type_name("FILE");
  declare_connection_limits(app, settings.max_connections, settings.max_per_address);
  app.add_option("--handshake-limit", settings.handshake_limit,
                 "Seconds that a client gets to make itself known, and to name its destination")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--idle-limit", settings.idle_limit,
                 "Seconds of silence after which a connection ends; 0: never")
      ->capture_default_str();
  app.add_option("--drain-limit", settings.drain_limit, "Seconds that open connections get at the end")
      ->capture_default_str();
  app.add_flag(
      "--hand-over", settings.hand_over,
      "On SIGTERM leave the sessions in systemd's descriptor store (FileDescriptorStoreMax=), so that a "
      "restart loses none, instead of draining; SIGINT drains");
  declare_zero_copy(app, settings.zero_copy);
  app.add_flag("--no-qr", settings.no_qr, "Print no QR code (there is none where the output is no terminal)");
  declare_common(app, settings.common);
}

int run_bridge(const BridgeSettings& settings, const std::function<Result<BridgeSettings>()>& again) {
  Console console;
  const auto options = console_options(settings.common);
  if (!options) return give_up(console, options.error());
  console.configure(*options);
  HandOver hand_over(console, settings.hand_over);
  auto egress = make_egress(settings);
  if (!egress) return give_up(console, egress.error());
  const auto checked = check_users(settings);
  if (!checked) return give_up(console, checked.error());
  auto state = open_state(settings.common);
  if (!state) return give_up(console, state.error());
  BridgeRun bridge(settings, std::move(*egress), std::move(*state), hand_over, console);
  const auto listening = bridge.listen_all();
  if (!listening) return give_up(console, listening.error());
  bridge.run(again);
  return kOk;
}

}  // namespace rozaneh::cli
