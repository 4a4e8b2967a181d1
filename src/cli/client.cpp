#include "cli/client.h"

#include "cli/client_ways.h"
#include "cli/exit_code.h"
#include "cli/give_up.h"
#include "cli/links.h"
#include "cli/listening.h"
#include "cli/running.h"
#include "proxy/application.h"
#include "proxy/plain.h"
#include "proxy/upstream.h"

namespace rozaneh::cli {
namespace {

proxy::RawDialer raw_dialer(const std::optional<UpstreamProxy>& upstream) {
  return [upstream](io::Loop& loop) -> std::unique_ptr<io::Dialer> {
    if (upstream) return std::make_unique<proxy::UpstreamDialer>(loop, *upstream);
    return std::make_unique<io::TcpDialer>(loop);
  };
}

// Links, made ready; all of them lead to open bridges or all of them to fixed services.
Result<proxy::Ways::List> make_ways(const ClientSettings& settings, const transport::Catalog& catalog,
                                    io::State& state, Random& random, Log& log) {
  auto parsed = read_links(settings.link);
  if (!parsed) return std::unexpected(parsed.error());
  std::vector<std::string> transports;
  for (const Way& way : *parsed) transports.push_back(way.transport);
  if (const auto checked = check_set(settings.set, transports); !checked)
    return std::unexpected(checked.error());
  proxy::Ways::List list;
  for (Way& way : *parsed) {
    const auto extra = arguments_for(way.transport, settings.set);
    if (!extra) return std::unexpected(extra.error());
    for (const Argument& argument : *extra) way.arguments.add(argument.name, argument.value);
    auto dialer = proxy::WayDialer::make(std::move(way), catalog, state, random, log);
    if (!dialer) return std::unexpected(dialer.error());
    if (!list.empty() && list.front()->is_open() != (*dialer)->is_open())
      return fail(SettingsError::value,
                  "links of open bridges and of fixed services cannot be used together");
    list.push_back(std::move(*dialer));
  }
  return list;
}

class ClientRun {
 public:
  ClientRun(const ClientSettings& settings, std::unique_ptr<io::State> state,
            std::optional<UpstreamProxy> upstream, Console& console)
      : settings_(settings),
        state_(std::move(state)),
        upstream_(std::move(upstream)),
        running_(console, {.threads = std::max(settings.common.threads, 1U),
                           .limits = {.total = settings.max_connections, .per_address = 0},
                           .drain_limit = std::chrono::seconds(settings.drain_limit)}) {}

  Result<> prepare() {
    auto list = make_list(settings_);
    if (!list) return std::unexpected(list.error());
    const auto policy = read_policy(settings_.policy);
    if (!policy) return std::unexpected(policy.error());
    open_ = list->front()->is_open();
    ways_ = std::make_unique<ClientWays>(settings_.common, running_.counters(), running_.console());
    ways_->begin(*list, raw_dialer(upstream_), *policy);
    return {};
  }

  Result<> listen() {
    const auto at = listen_of(settings_);
    if (!at) return std::unexpected(at.error());
    const auto idle = std::chrono::seconds(settings_.idle_limit);
    if (open_) {
      handler_ =
          std::make_unique<proxy::ApplicationProxy>(ways_->ways(), running_.counters(), running_.console(),
                                                    proxy::ApplicationProxy::Options{.idle_limit = idle});
    } else {
      handler_ = std::make_unique<proxy::PlainForward>(ways_->ways(), running_.counters(), running_.console(),
                                                       io::RelayOptions{.idle_limit = idle});
    }
    const auto taken = running_.server().listen(*at, *handler_);
    if (!taken) return std::unexpected(taken.error());
    announce(*taken);
    return {};
  }

  // Runs; with `check` only until it is known whether there is a way.
  bool run(const std::function<Result<ClientSettings>()>& again) {
    running_.loops().first().spawn(find_way());
    if (!settings_.check) ways_->steer(running_.loops().first());
    Running::Keeping keeping;
    keeping.end = [this] { return ways_->ways().close(); };
    running_.keep_sessions_by(std::move(keeping));
    running_.run([this, &again] { reload(again()); });
    ways_->end();
    return found_;
  }

 private:
  Result<proxy::Ways::List> make_list(const ClientSettings& settings) {
    return make_ways(settings, catalog_, *state_, running_.loops().first().random(), running_.console());
  }

  void announce(const Endpoint& at) {
    const bool local = at.address.is_loopback();
    running_.console().event(
        "listening",
        open_ ? fmt::format("Ready: set SOCKS5 or HTTP proxy to {} in your programs.", at.to_string())
              : fmt::format("Ready: connections to {} go to the service behind the bridge.", at.to_string()),
        {{"at", at.to_string()}, {"open", open_}});
    if (!local)
      running_.console().warn("{} is not a loopback address: everybody who reaches it can use this client",
                              at.to_string());
  }

  io::Task<> find_way() {
    found_ = co_await ways_->ways().racer().find(running_.loops().first(), "the client starts");
    if (!found_ && !settings_.check)
      running_.console().warn(
          "no server answers now; nothing goes out directly, and each new connection tries again");
    if (settings_.check) running_.end();
  }

  void reload(const Result<ClientSettings>& fresh) {
    Console& console = running_.console();
    auto keep = [&console](const Error& error) {
      console.error("the old settings stay: {}", error.message());
    };
    if (!fresh) return keep(fresh.error());
    const auto options = console_options(fresh->common);
    if (!options) return keep(options.error());
    const auto policy = read_policy(fresh->policy);
    if (!policy) return keep(policy.error());
    auto list = make_list(*fresh);
    if (!list) return keep(list.error());
    if (list->front()->is_open() != open_)
      return keep(
          Error(SettingsError::value, "a client cannot change between open bridges and fixed services"));
    console.configure(*options);
    running_.change_limits({.total = fresh->max_connections, .per_address = 0});
    ways_->ways().replace(*list);
    ways_->ways().use(*policy);
    console.event("reloaded", "Settings read again.");
  }

  ClientSettings settings_;
  transport::Catalog catalog_ = transport::catalog();
  std::unique_ptr<io::State> state_;
  std::optional<UpstreamProxy> upstream_;
  std::unique_ptr<ClientWays> ways_;
  std::unique_ptr<io::Handler> handler_;
  bool open_ = true;
  bool found_ = false;
  Running running_;
};

}  // namespace

Result<Endpoint> listen_of(const ClientSettings& settings) {
  const auto at = Endpoint::parse(settings.listen);
  if (!at)
    return fail(SettingsError::value, fmt::format("--listen '{}': valid is ADDRESS:PORT", settings.listen));
  return *at;
}

Result<tunnel::Policy> read_policy(const std::string& given) {
  if (!given.ends_with(".toml")) return tunnel::built_in_policy(given);
  const auto text = io::read_file(given);
  if (!text) return std::unexpected(text.error());
  return tunnel::parse_policy(text_of(*text), given);
}

void declare(CLI::App& app, ClientSettings& settings) {
  app.add_option("link,--link", settings.link,
                 "A rozaneh:// link, a Tor bridge line in quotes, or a file with one of them a line");
  app.add_option("--listen", settings.listen,
                 "Where programs find the proxy: SOCKS5 (TCP and UDP) and HTTP CONNECT on one port")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  app.add_option("--upstream-proxy", settings.upstream_proxy,
                 "Go out through this proxy: socks5://, socks4a:// or http://[user:password@]address:port")
      ->type_name("URL");
  app.add_option("--policy", settings.policy,
                 fmt::format("How connections of a session are used: {}, or a file that ends in .toml",
                             tunnel::policy_names()))
      ->type_name("NAME|FILE")
      ->capture_default_str();
  app.add_option("--set", settings.set, "An argument of a transport, such as obfs4.cover=printable")
      ->type_name("TRANSPORT.NAME=VALUE")
      ->allow_extra_args(false);
  app.add_flag("--check", settings.check, "Only find out whether a server answers; exit code 3 if none does");
  app.add_option("--max-connections", settings.max_connections, "Connections served at once; 0: no limit")
      ->capture_default_str();
  app.add_option("--idle-limit", settings.idle_limit,
                 "Seconds of silence after which a connection ends; 0: never")
      ->capture_default_str();
  app.add_option("--drain-limit", settings.drain_limit, "Seconds that open connections get at the end")
      ->capture_default_str();
  declare_common(app, settings.common);
}

int run_client(const ClientSettings& settings, const std::function<Result<ClientSettings>()>& again) {
  Console console;
  const auto options = console_options(settings.common);
  if (!options) return give_up(console, options.error());
  console.configure(*options);
  std::optional<UpstreamProxy> upstream;
  if (!settings.upstream_proxy.empty()) {
    auto parsed = parse_upstream_proxy(settings.upstream_proxy);
    if (!parsed) return give_up(console, parsed.error());
    upstream = std::move(*parsed);
  }
  auto state = open_state(settings.common);
  if (!state) return give_up(console, state.error());
  ClientRun client(settings, std::move(*state), std::move(upstream), console);
  const auto prepared = client.prepare();
  if (!prepared) return give_up(console, prepared.error());
  if (!settings.check) {
    const auto listening = client.listen();
    if (!listening) return give_up(console, listening.error());
  }
  const bool found = client.run(again);
  return settings.check && !found ? kNoWay : kOk;
}

}  // namespace rozaneh::cli
