#include "pt/environment.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/pt_arguments.h"
#include "wire/pt_environment.h"
#include "wire/pt_lines.h"

namespace rozaneh::pt {
namespace {

constexpr const char* kVersion = "TOR_PT_MANAGED_TRANSPORT_VER";
constexpr const char* kState = "TOR_PT_STATE_LOCATION";
constexpr const char* kClientTransports = "TOR_PT_CLIENT_TRANSPORTS";
constexpr const char* kServerTransports = "TOR_PT_SERVER_TRANSPORTS";
constexpr const char* kExtendedPort = "TOR_PT_EXTENDED_SERVER_PORT";
constexpr const char* kCookie = "TOR_PT_AUTH_COOKIE_FILE";

std::optional<std::string> get(const Variables& variables, const char* name) {
  auto value = variables(name);
  return value && value->empty() ? std::nullopt : value;
}

// Nothing where it is not set; fails where it cannot be read.
template <class T>
Result<std::optional<T>> get_parsed(const Variables& variables, const char* name) {
  const auto text = get(variables, name);
  if (!text) return std::nullopt;
  const auto value = T::parse(*text);
  if (!value) return fail(EnvironmentError::malformed, name);
  return value;
}

Result<std::optional<IpAddress>> get_source(const Variables& variables, bool v6) {
  const char* name = v6 ? "TOR_PT_OUTBOUND_BIND_ADDRESS_V6" : "TOR_PT_OUTBOUND_BIND_ADDRESS_V4";
  auto text = get(variables, name);
  if (!text) return std::nullopt;
  // The specification puts an IPv6 address in brackets here.
  if (v6 && text->starts_with('[') && text->ends_with(']')) text = text->substr(1, text->size() - 2);
  const auto address = IpAddress::parse(*text);
  if (!address || address->is_v6() != v6) return fail(EnvironmentError::malformed, name);
  return address;
}

Result<ClientOrder> read_client(const Variables& variables, const std::string& names) {
  ClientOrder order;
  auto transports = parse_pt_transports(names);
  if (!transports) return fail(std::move(transports));
  order.transports = std::move(*transports);
  if (const auto url = get(variables, "TOR_PT_PROXY")) {
    auto proxy = parse_upstream_proxy(*url);
    if (!proxy) return fail(std::move(proxy));
    order.proxy = std::move(*proxy);
  }
  return order;
}

Result<std::vector<ServerTransport>> read_server_transports(const Variables& variables,
                                                            const std::string& names) {
  auto transports = parse_pt_transports(names);
  if (!transports) return fail(std::move(transports));
  std::vector<BindAddress> addresses;
  if (const auto text = get(variables, "TOR_PT_SERVER_BINDADDR")) {
    auto parsed = parse_pt_bind_addresses(*text);
    if (!parsed) return fail(std::move(parsed));
    addresses = std::move(*parsed);
  }
  auto options = parse_transport_options(get(variables, "TOR_PT_SERVER_TRANSPORT_OPTIONS").value_or(""));
  if (!options) return fail(std::move(options));

  std::vector<ServerTransport> all;
  for (std::string& name : *transports) {
    ServerTransport transport{.name = std::move(name), .listen = {}, .options = {}};
    const auto address = std::ranges::find(addresses, transport.name, &BindAddress::transport);
    if (address != addresses.end()) transport.listen = address->address;
    const auto option = std::ranges::find(*options, transport.name, &TransportOptions::transport);
    if (option != options->end()) transport.options = std::move(option->options);
    all.push_back(std::move(transport));
  }
  return all;
}

Result<ServerOrder> read_server(const Variables& variables, const std::string& names) {
  ServerOrder order;
  auto transports = read_server_transports(variables, names);
  if (!transports) return fail(std::move(transports));
  order.transports = std::move(*transports);

  auto port = get_parsed<Endpoint>(variables, "TOR_PT_ORPORT");
  if (!port) return fail(std::move(port));
  order.or_port = *port;
  auto extended = get_parsed<Endpoint>(variables, kExtendedPort);
  if (!extended) return fail(std::move(extended));
  const auto cookie = get(variables, kCookie);
  if (*extended && !cookie)
    return fail(EnvironmentError::missing, fmt::format("{}, which {} needs", kCookie, kExtendedPort));
  if (*extended) order.extended = ExtendedOrPort{.address = **extended, .cookie = *cookie};
  if (!order.or_port && !order.extended)
    return fail(EnvironmentError::missing, fmt::format("TOR_PT_ORPORT or {}", kExtendedPort));
  return order;
}

Result<std::variant<ClientOrder, ServerOrder>> read_order(const Variables& variables) {
  const auto client = get(variables, kClientTransports);
  const auto server = get(variables, kServerTransports);
  if (client && server) return fail(EnvironmentError::both_sides);
  if (client) return read_client(variables, *client);
  if (server) return read_server(variables, *server);
  return fail(EnvironmentError::neither_side);
}

}  // namespace

std::string_view layer_of(EnvironmentError /*error*/) { return "environment"; }

std::string_view describe(EnvironmentError error) {
  switch (error) {
    case EnvironmentError::version:
      return "no version of the protocol in common";
    case EnvironmentError::missing:
      return "a variable is missing";
    case EnvironmentError::malformed:
      return "a variable is malformed";
    case EnvironmentError::both_sides:
      return "TOR_PT_CLIENT_TRANSPORTS and TOR_PT_SERVER_TRANSPORTS are both set";
    case EnvironmentError::neither_side:
      return "neither TOR_PT_CLIENT_TRANSPORTS nor TOR_PT_SERVER_TRANSPORTS is set";
  }
  return "unknown";
}

Result<> check_version(const Variables& variables) {
  const auto versions = get(variables, kVersion);
  if (!versions) return fail(EnvironmentError::missing, kVersion);
  if (!offers_pt_version_1(*versions)) return fail(EnvironmentError::version);
  return {};
}

Result<Environment> read_environment(const Variables& variables) {
  Environment environment;
  const auto state = get(variables, kState);
  if (!state) return fail(EnvironmentError::missing, kState);
  environment.state = *state;
  environment.exit_on_stdin_close = get(variables, "TOR_PT_EXIT_ON_STDIN_CLOSE") == "1";
  auto source = get_source(variables, false);
  if (!source) return fail(std::move(source));
  environment.source_v4 = *source;
  source = get_source(variables, true);
  if (!source) return fail(std::move(source));
  environment.source_v6 = *source;
  auto order = read_order(variables);
  if (!order) return fail(std::move(order));
  environment.order = std::move(*order);
  return environment;
}

std::string refusal(const Error& error) {
  if (error.is(EnvironmentError::version)) return version_error();
  if (error.is(UpstreamProxyError::malformed)) return proxy_error(error.message());
  return env_error(error.message());
}

}  // namespace rozaneh::pt
