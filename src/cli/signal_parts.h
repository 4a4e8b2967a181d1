// What `rozaneh signal` is put together from, as its settings say.
#pragma once

#include "cli/misfit.h"
#include "cli/signal.h"
#include "front/list_update.h"
#include "front/sharing.h"
#include "io/tls_server.h"
#include "site/site.h"

namespace rozaneh::cli {

// Settings that do not fit together, or are missing.
Misfits contradictions(const SignalSettings& settings);

// Fails with the first of them.
Result<> check_settings(const SignalSettings& settings);

// The sites that share the port.
Result<std::vector<front::Neighbour>> neighbours(const SignalSettings& settings);

// Where to listen: for ":PORT" all of IPv4 and all of IPv6.
Result<std::vector<Endpoint>> listen_at(std::string_view option, const std::vector<std::string>& where);

// The host that clients are given: the domain, or the hidden label below it, which is drawn once.
Result<std::string> client_host(const SignalSettings& settings, io::State& state, Random& random);

// The built-in list or its newest update, then the operator's file, then --upstream.
Result<front::NameList> compose_names(const SignalSettings& settings,
                                      const std::optional<front::NameList>& update);

// What updates are trusted by; nothing where there is no --list-url.
Result<std::optional<front::UpdateTrust>> update_trust(const SignalSettings& settings);

// The settings of the web site; the day on which its default page was "installed" is drawn once.
Result<site::Settings> site_settings(const SignalSettings& settings, io::State& state, Random& random);

// "https://signal.tube/#host" and "sgnl://signal.tube/#host"; a port that is not 443 is added.
std::vector<std::string> signal_links(const std::string& host, std::uint16_t port);

}  // namespace rozaneh::cli
