#include "cli/signal_tunnel.h"

#include "egress/fixed.h"
#include "egress/open.h"
#include "wire/bridge_line.h"
#include "wire/link.h"

namespace rozaneh::cli {
namespace {

egress::Bridge::Options options_of(const std::string& transport, const SignalSettings& settings) {
  egress::Bridge::Options options;
  options.transport = transport;
  options.idle_limit = std::chrono::seconds(settings.idle_limit);
  options.splices = settings.zero_copy == "auto";
  return options;
}

}  // namespace

// On this site requests come inside TLS alone, so that the carrier's path is a secret as WebTunnel's is.
SignalTunnel::Kind SignalTunnel::kind_of(const SignalSettings& settings) {
  if (settings.http_carrier.empty()) return {"webtunnel", "webtunnel", "WebTunnel", settings.webtunnel};
  return {"http", "http-carrier", "the HTTP carrier", settings.http_carrier};
}

Result<std::unique_ptr<egress::Egress>> SignalTunnel::make_egress(const Kind& kind, bool allow_private) {
  if (kind.to == "open")
    return std::make_unique<egress::OpenEgress>(egress::OpenEgress::Options{.allow_private = allow_private});
  auto target = Target::parse(kind.to);
  if (!target)
    return fail(SettingsError::value,
                fmt::format("--{} '{}': valid are open and ADDRESS:PORT", kind.flag, kind.to));
  return std::make_unique<egress::FixedEgress>(std::move(*target));
}

Result<> SignalTunnel::check(const SignalSettings& settings) {
  if (settings.webtunnel.empty() && settings.http_carrier.empty()) return {};
  const auto egress = make_egress(kind_of(settings), settings.allow_private);
  if (!egress) return std::unexpected(egress.error());
  return {};
}

SignalTunnel::SignalTunnel(Kind kind, std::unique_ptr<egress::Egress> egress, const SignalSettings& settings,
                           Running& running)
    : kind_(std::move(kind)),
      egress_(std::move(egress)),
      bridge_(*door_, *egress_, running.counters(), running.console(),
              options_of(kind_.transport, settings)) {}

Result<std::unique_ptr<SignalTunnel>> SignalTunnel::open(const SignalSettings& settings, std::uint16_t port,
                                                         io::State& state, Running& running) {
  Kind kind = kind_of(settings);
  auto egress = make_egress(kind, settings.allow_private);
  if (!egress) return std::unexpected(egress.error());
  std::unique_ptr<SignalTunnel> tunnel(
      new SignalTunnel(std::move(kind), std::move(*egress), settings, running));
  std::string url = "https://" + settings.domain;
  if (port != 443) url += fmt::format(":{}", port);
  Arguments arguments{{"url", url}};
  if (settings.http_carrier.empty() && settings.webtunnel_http != "1.1")
    arguments.add("http", settings.webtunnel_http);
  auto on_site = transport::find(tunnel->catalog_, tunnel->kind_.transport)
                     ->on_site({.arguments = arguments,
                                .state = state,
                                .random = running.loops().first().random(),
                                .log = running.console()},
                               tunnel->bridge_);
  if (!on_site) return std::unexpected(on_site.error());
  tunnel->on_site_ = std::move(*on_site);
  return tunnel;
}

void SignalTunnel::announce(Console& console) const {
  Way way{
      .transport = kind_.transport, .server = on_site_->server(), .arguments = on_site_->client_arguments()};
  if (kind_.to != "open") way.arguments.add("egress", "fixed");
  const auto link = serialize_link({&way, 1});
  const auto line = serialize_bridge_line(way);
  if (!link || !line) return;
  console.event(kind_.flag, fmt::format("Carrying {} on the same port.", kind_.title),
                {{"link", *link}, {"bridge_line", *line}});
  console.show(fmt::format("\nThe link for it:\n  {}\nThe same as a bridge line:\n  {}\n", *link, *line));
}

}  // namespace rozaneh::cli
