#include "cli/client.h"

#include "cli/exit_code.h"
#include "cli/give_up.h"
#include "cli/links.h"
#include "cli/listening.h"
#include "cli/running.h"
#include "proxy/application.h"
#include "proxy/plain.h"
#include "proxy/upstream.h"
#include "proxy/ways.h"

namespace rozaneh::cli {
namespace {

// Says which way works and which does not, and why.
class WayReport final : public proxy::Ways::Observer {
 public:
  explicit WayReport(Console& console) : console_(console) {}

  void way_changed(const proxy::WayDialer& way, io::Clock::duration took, const Error* failure) override {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    if (failure == nullptr) {
      console_.event("connected", fmt::format("Connected: {}, in {} ms.", way.label(), ms),
                     {{"way", way.label()}, {"ms", ms}});
      return;
    }
    console_.event("unreachable",
                   fmt::format("No way through {}: {} (after {} ms).", way.label(), failure->message(), ms),
                   {{"way", way.label()}, {"ms", ms}, {"reason", failure->message()}});
  }

  void held_back(const Error& failure) override {
    console_.warn("no connection can be opened now: {}", failure.message());
  }

 private:
  Console& console_;
};

proxy::Ways::RawDialer raw_dialer(const std::optional<UpstreamProxy>& upstream) {
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
        report_(console),
        running_(console, {.threads = std::max(settings.common.threads, 1U),
                           .limits = {.total = settings.max_connections, .per_address = 0},
                           .drain_limit = std::chrono::seconds(settings.drain_limit)}) {}

  Result<> prepare() {
    auto list = make_list(settings_);
    if (!list) return std::unexpected(list.error());
    open_ = list->front()->is_open();
    ways_ = std::make_unique<proxy::Ways>(std::move(*list), raw_dialer(upstream_), report_);
    return {};
  }

  Result<> listen() {
    const auto at = Endpoint::parse(settings_.listen);
    if (!at)
      return fail(SettingsError::value,
                  fmt::format("--listen '{}': valid is ADDRESS:PORT", settings_.listen));
    const auto idle = std::chrono::seconds(settings_.idle_limit);
    if (open_) {
      handler_ =
          std::make_unique<proxy::ApplicationProxy>(*ways_, running_.counters(), running_.console(),
                                                    proxy::ApplicationProxy::Options{.idle_limit = idle});
    } else {
      handler_ = std::make_unique<proxy::PlainForward>(*ways_, running_.counters(), running_.console(),
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
    running_.run([this, &again] { reload(again()); });
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
    found_ = co_await ways_->find(running_.loops().first());
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
    auto list = make_list(*fresh);
    if (!list) return keep(list.error());
    if (list->front()->is_open() != open_)
      return keep(
          Error(SettingsError::value, "a client cannot change between open bridges and fixed services"));
    console.configure(*options);
    running_.change_limits({.total = fresh->max_connections, .per_address = 0});
    ways_->replace(std::move(*list));
    console.event("reloaded", "Settings read again.");
  }

  ClientSettings settings_;
  transport::Catalog catalog_ = transport::catalog();
  std::unique_ptr<io::State> state_;
  std::optional<UpstreamProxy> upstream_;
  WayReport report_;
  std::unique_ptr<proxy::Ways> ways_;
  std::unique_ptr<io::Handler> handler_;
  bool open_ = true;
  bool found_ = false;
  Running running_;
};

}  // namespace

void declare(CLI::App& app, ClientSettings& settings) {
  app.add_option("link,--link", settings.link,
                 "A rozaneh:// link, a Tor bridge line in quotes, or a file with one of them a line");
  app.add_option("--listen", settings.listen,
                 "Where programs find the proxy: SOCKS5 and HTTP CONNECT on one port")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  app.add_option("--upstream-proxy", settings.upstream_proxy,
                 "Go out through this proxy: socks5://, socks4a:// or http://[user:password@]address:port")
      ->type_name("URL");
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
