// What Tor asks of a managed transport: everything it says in the environment (pt-spec.txt section 3.2).
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/address.h"
#include "base/arguments.h"
#include "wire/upstream_proxy.h"

namespace rozaneh::pt {

// Answers an environment variable's value, or nothing where it is not set.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

struct ClientOrder {
  std::vector<std::string> transports;  // in Tor's order, also those that we do not know
  std::optional<UpstreamProxy> proxy;

  bool operator==(const ClientOrder&) const = default;
};

struct ServerTransport {
  std::string name;
  Endpoint listen;  // 0.0.0.0:0 where Tor names none
  Arguments options;

  bool operator==(const ServerTransport&) const = default;
};

struct ExtendedOrPort {
  Endpoint address;
  std::filesystem::path cookie;

  bool operator==(const ExtendedOrPort&) const = default;
};

// At least one of the two ports is there; the extended one is used where it is.
struct ServerOrder {
  std::vector<ServerTransport> transports;  // in Tor's order, also those that we do not know
  std::optional<Endpoint> or_port;
  std::optional<ExtendedOrPort> extended;

  bool operator==(const ServerOrder&) const = default;
};

struct Environment {
  std::filesystem::path state;
  bool exit_on_stdin_close = false;
  std::optional<IpAddress> source_v4;  // where outgoing connections come from
  std::optional<IpAddress> source_v6;
  std::variant<ClientOrder, ServerOrder> order;
};

enum class EnvironmentError {
  version,  // Tor offers no version of the protocol that we speak
  missing,
  malformed,
  both_sides,
  neither_side,
};

std::string_view layer_of(EnvironmentError error);
std::string_view describe(EnvironmentError error);

// Whether version 1 of the protocol is offered; to be asked first.
Result<> check_version(const Variables& variables);

// An empty variable is one that is not set. Fails with EnvironmentError, PtError or UpstreamProxyError.
Result<Environment> read_environment(const Variables& variables);

// The line that tells Tor of such an error: VERSION-ERROR, PROXY-ERROR or ENV-ERROR.
std::string refusal(const Error& error);

}  // namespace rozaneh::pt
