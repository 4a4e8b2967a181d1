// `rozaneh client`: SOCKS5 and HTTP CONNECT on this machine, a bridge at the far end.
#pragma once

#include <functional>

#include "cli/settings.h"
#include "tunnel/policy.h"

namespace rozaneh::cli {

struct ClientSettings {
  CommonSettings common;
  std::vector<std::string> link;  // links, bridge lines, or files of them
  std::string policy = "plain";   // a name, or a file
  std::string listen = "127.0.0.1:1080";
  std::string upstream_proxy;
  std::vector<std::string> set;  // TRANSPORT.NAME=VALUE
  unsigned max_connections = 5'000;
  unsigned idle_limit = 3600;  // seconds; 0: none
  unsigned drain_limit = 3;    // seconds
  bool check = false;
};

void declare(CLI::App& app, ClientSettings& settings);

// Where programs find the proxy.
Result<Endpoint> listen_of(const ClientSettings& settings);

// A name of a bundled one, or a file of one's own.
Result<tunnel::Policy> read_policy(const std::string& given);

// Runs until a signal ends it. `again` reads the settings anew, for SIGHUP.
int run_client(const ClientSettings& settings, const std::function<Result<ClientSettings>()>& again);

}  // namespace rozaneh::cli
