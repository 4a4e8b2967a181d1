// The listening side of `rozaneh bridge`: which transports, where, and what clients are told.
#pragma once

#include "cli/bridge.h"
#include "cli/running.h"
#include "cli/session_server.h"
#include "egress/bridge.h"
#include "transport/catalog.h"
#include "wire/way.h"

namespace rozaneh::cli {

// One --listen, understood.
struct ListenSpec {
  std::string transport;
  std::vector<Endpoint> at;  // several where no address was given: all IPv4 and all IPv6
  bool choose_port = false;  // no port was given: one is drawn once and remembered in the state
};

Result<ListenSpec> parse_listen(std::string_view text);

// The one of this name, or a failure that names all.
Result<const transport::Transport*> transport_of(const std::string& listen, const ListenSpec& spec,
                                                 const transport::Catalog& catalog);

// Fails where an --address is none.
Result<> check_addresses(const BridgeSettings& settings);

// Fails where strangers could use a transport that leads anywhere; `sessions`: whether there are any. Answers
// whether its streams have to be those of sessions.
Result<bool> needs_session(const transport::Transport& transport, const BridgeSettings& settings,
                           bool fixed_egress, bool sessions);

// The arguments that `--set TRANSPORT.NAME=VALUE` give to one transport.
Result<Arguments> arguments_for(std::string_view transport, const std::vector<std::string>& set);

// Fails where --set names a transport that is not among those in use: it would be without effect.
Result<> check_set(const std::vector<std::string>& set, const std::vector<std::string>& transports);

// A transport that is being served: its acceptor and the bridge that uses it.
struct Served {
  std::string listen;  // the text of the --listen
  std::unique_ptr<transport::Acceptor> acceptor;
  std::unique_ptr<egress::Bridge> bridge;
  std::vector<Endpoint> at;
  std::string tunnel;  // what links say of it; empty: none
};

// Makes and listens; `sessions` is null where none are offered; an IPv6 address that this machine has not is
// left out if IPv4 works.
Result<Served> serve(const std::string& listen, const BridgeSettings& settings,
                     const transport::Catalog& catalog, io::State& state, egress::Egress& egress,
                     SessionServer* sessions, Running& running);

// What clients dial: for each address of this machine a way.
std::vector<Way> ways_to(const Served& served, std::string_view transport, const BridgeSettings& settings);

}  // namespace rozaneh::cli
