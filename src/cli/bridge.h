// `rozaneh bridge`: the server's side, without Tor.
#pragma once

#include <functional>

#include "cli/settings.h"
#include "egress/egress.h"

namespace rozaneh::cli {

struct BridgeSettings {
  CommonSettings common;
  std::vector<std::string> listen;   // TRANSPORT or TRANSPORT=ADDRESS:PORT
  std::vector<std::string> set;      // TRANSPORT.NAME=VALUE
  std::string egress;                // "open"
  std::string forward;               // ADDRESS:PORT
  std::vector<std::string> address;  // of this machine, as clients reach it
  std::string name;
  bool allow_private = false;
  std::vector<std::uint16_t> refuse_port = {25};
  unsigned max_connections = 20'000;
  unsigned max_per_address = 512;
  unsigned handshake_limit = 30;  // seconds
  unsigned idle_limit = 3600;     // seconds; 0: none
  unsigned drain_limit = 30;      // seconds
  std::string zero_copy = "off";  // or "auto"
  bool no_tunnel = false;
  std::string users;       // file; empty: everybody
  bool hand_over = false;  // to the service manager, at the end
  bool no_qr = false;
};

void declare(CLI::App& app, BridgeSettings& settings);

// Where streams go, as the settings say. Fails where they say nothing, or two things.
Result<std::unique_ptr<egress::Egress>> make_egress(const BridgeSettings& settings);

// Fails where users could not be told apart.
Result<> check_users(const BridgeSettings& settings);

// The --listen that are in force: those given, or obfs4.
std::vector<std::string> listens_of(const BridgeSettings& settings);
std::vector<std::string> transports_of(const BridgeSettings& settings);

// Runs until a signal ends it. `again` reads the settings anew, for SIGHUP.
int run_bridge(const BridgeSettings& settings, const std::function<Result<BridgeSettings>()>& again);

}  // namespace rozaneh::cli
