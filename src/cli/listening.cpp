#include "cli/listening.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "io/error.h"
#include "io/interfaces.h"

namespace rozaneh::cli {
namespace {

const IpAddress kAnyV4{};
const IpAddress kAnyV6{std::array<std::uint8_t, 16>{}};

// The port of a transport whose --listen names none: drawn at the first start, so that links stay right.
Result<std::uint16_t> remembered_port(const std::string& transport, io::State& state, Random& random) {
  const std::string record = "port_" + transport;
  const auto kept = state.read(record);
  if (!kept) return std::unexpected(kept.error());
  if (*kept) {
    const auto port = parse_port(text_of(**kept));
    if (port && *port > 0) return *port;
  }
  // Above the well-known ports, below the ephemeral ones.
  const auto port = static_cast<std::uint16_t>(random.between(1024, 32767));
  const auto written = state.write(record, bytes_of(std::to_string(port)));
  if (!written) return std::unexpected(written.error());
  return port;
}

// Addresses that people can reach: the ones given, else the ones listened on, else this machine's.
std::vector<IpAddress> reachable(const Served& served, const BridgeSettings& settings) {
  std::vector<IpAddress> found;
  for (const std::string& text : settings.address)
    if (const auto address = IpAddress::parse(text)) found.push_back(*address);
  if (!found.empty()) return found;
  for (const Endpoint& at : served.at) {
    if (at.address != kAnyV4 && at.address != kAnyV6) {
      found.push_back(at.address);
      continue;
    }
    for (const IpAddress& own : io::own_addresses())
      if (own.is_v6() == at.address.is_v6()) found.push_back(own);
  }
  const bool some_public = std::ranges::any_of(found, &IpAddress::is_public);
  if (some_public) std::erase_if(found, [](const IpAddress& address) { return !address.is_public(); });
  if (found.empty()) found.emplace_back(std::array<std::uint8_t, 4>{127, 0, 0, 1});
  return found;
}

}  // namespace

Result<ListenSpec> parse_listen(std::string_view text) {
  const auto equals = text.find('=');
  ListenSpec spec;
  spec.transport = text.substr(0, equals);
  if (equals == std::string_view::npos) {
    spec.choose_port = true;
    spec.at = {{kAnyV4, 0}, {kAnyV6, 0}};
    return spec;
  }
  const std::string_view where = text.substr(equals + 1);
  if (where.starts_with("*:") || where.starts_with(":")) {
    const auto port = parse_port(where.substr(where.find(':') + 1));
    if (!port)
      return fail(SettingsError::value,
                  fmt::format("--listen '{}': the port is not a number up to 65535", text));
    spec.at = {{kAnyV4, *port}, {kAnyV6, *port}};
    return spec;
  }
  const auto endpoint = Endpoint::parse(where);
  if (!endpoint)
    return fail(
        SettingsError::value,
        fmt::format("--listen '{}': valid are TRANSPORT, TRANSPORT=:PORT, TRANSPORT=192.0.2.1:PORT and "
                    "TRANSPORT=[2001:db8::1]:PORT",
                    text));
  spec.at = {*endpoint};
  return spec;
}

Result<Arguments> arguments_for(std::string_view transport, const std::vector<std::string>& set) {
  Arguments arguments;
  for (const std::string& text : set) {
    const auto dot = text.find('.');
    const auto equals = text.find('=');
    if (dot == std::string::npos || equals == std::string::npos || dot > equals)
      return fail(SettingsError::value, fmt::format("--set '{}': valid is TRANSPORT.NAME=VALUE", text));
    if (text.substr(0, dot) == transport)
      arguments.add(text.substr(dot + 1, equals - dot - 1), text.substr(equals + 1));
  }
  return arguments;
}

Result<> check_set(const std::vector<std::string>& set, const std::vector<std::string>& transports) {
  for (const std::string& text : set) {
    const std::string transport = text.substr(0, text.find('.'));
    if (std::ranges::find(transports, transport) == transports.end())
      return fail(SettingsError::value, fmt::format("--set '{}': '{}' is not in use here; in use: {}", text,
                                                    transport, fmt::join(transports, ", ")));
  }
  return {};
}

Result<> check_addresses(const BridgeSettings& settings) {
  for (const std::string& text : settings.address)
    if (!IpAddress::parse(text))
      return fail(SettingsError::value,
                  fmt::format("--address '{}': valid is an IPv4 or IPv6 address", text));
  return {};
}

Result<const transport::Transport*> transport_of(const std::string& listen, const ListenSpec& spec,
                                                 const transport::Catalog& catalog) {
  const transport::Transport* transport = transport::find(catalog, spec.transport);
  if (transport != nullptr) return transport;
  std::string names;
  for (const auto& each : catalog) names.append(names.empty() ? "" : ", ").append(each->name());
  return fail(SettingsError::value,
              fmt::format("--listen '{}': no such transport; there are: {}", listen, names));
}

// Users are told apart by their sessions alone.
Result<bool> needs_session(const transport::Transport& transport, const BridgeSettings& settings,
                           bool fixed_egress, bool sessions) {
  const bool needed = !fixed_egress && (!transport.proves_client() || !settings.users.empty());
  if (needed && !sessions)
    return fail(
        SettingsError::value,
        fmt::format(
            "{} does not prove its clients: with --egress open and --no-tunnel anybody could use this "
            "bridge; use --forward, or a transport that does",
            transport.name()));
  return needed;
}

Result<Served> serve(const std::string& listen, const BridgeSettings& settings,
                     const transport::Catalog& catalog, io::State& state, egress::Egress& egress,
                     SessionServer* sessions, Running& running) {
  auto spec = parse_listen(listen);
  if (!spec) return std::unexpected(spec.error());
  if (const auto checked = check_addresses(settings); !checked) return std::unexpected(checked.error());
  const auto found = transport_of(listen, *spec, catalog);
  if (!found) return std::unexpected(found.error());
  const transport::Transport* transport = *found;
  const auto only_sessions =
      needs_session(*transport, settings, egress.fixed().has_value(), sessions != nullptr);
  if (!only_sessions) return std::unexpected(only_sessions.error());
  if (!transport->warning().empty()) running.console().warn("{}", transport->warning());
  const auto arguments = arguments_for(spec->transport, settings.set);
  if (!arguments) return std::unexpected(arguments.error());
  Random& random = running.loops().first().random();
  if (spec->choose_port) {
    const auto port = remembered_port(spec->transport, state, random);
    if (!port) return std::unexpected(port.error());
    for (Endpoint& at : spec->at) at.port = *port;
  }

  Served served{.listen = listen, .acceptor = nullptr, .bridge = nullptr, .at = {}, .tunnel = {}};
  const std::chrono::seconds handshake_limit(settings.handshake_limit);
  auto acceptor = transport->acceptor({.arguments = *arguments,
                                       .state = state,
                                       .random = random,
                                       .log = running.console(),
                                       .hello_limit = handshake_limit});
  if (!acceptor) return std::unexpected(acceptor.error());
  served.acceptor = std::move(*acceptor);
  served.bridge = std::make_unique<egress::Bridge>(
      *served.acceptor, egress, running.counters(), running.console(),
      egress::Bridge::Options{.transport = spec->transport,
                              .idle_limit = std::chrono::seconds(settings.idle_limit),
                              .splices = settings.zero_copy == "auto",
                              .request_limit = handshake_limit,
                              .tunnel = sessions != nullptr ? &sessions->server() : nullptr,
                              .sessions_only = *only_sessions});
  if (sessions != nullptr) served.tunnel = sessions->argument();
  for (Endpoint at : spec->at) {
    if (at.port == 0 && !served.at.empty()) at.port = served.at.front().port;
    const auto taken = running.server().listen(at, *served.bridge);
    const bool other_family_works = !served.at.empty();
    if (!taken && other_family_works && taken.error().is(io::IoError::unreachable)) continue;
    if (!taken) return std::unexpected(taken.error());
    served.at.push_back(*taken);
  }
  return served;
}

std::vector<Way> ways_to(const Served& served, std::string_view transport, const BridgeSettings& settings) {
  std::vector<Way> ways;
  Arguments arguments = served.acceptor->client_arguments();
  if (!settings.forward.empty()) arguments.add("egress", "fixed");
  if (!served.tunnel.empty()) arguments.add("tunnel", served.tunnel);
  std::vector<Endpoint> servers;
  if (const auto own = served.acceptor->server()) {
    servers.push_back(*own);
  } else {
    for (const IpAddress& address : reachable(served, settings))
      servers.push_back({address, served.at.front().port});
  }
  ways.reserve(servers.size());
  for (const Endpoint& server : servers)
    ways.push_back({.transport = std::string(transport),
                    .server = server,
                    .arguments = arguments,
                    .name = settings.name});
  return ways;
}

}  // namespace rozaneh::cli
