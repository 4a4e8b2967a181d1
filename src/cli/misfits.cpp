#include "cli/misfits.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "cli/links.h"
#include "cli/listening.h"
#include "cli/signal_parts.h"
#include "cli/signal_tunnel.h"
#include "io/error.h"
#include "io/interfaces.h"
#include "io/listener.h"
#include "proxy/way.h"
#include "tunnel/users_file.h"
#include "wire/upstream_proxy.h"

namespace rozaneh::cli {
namespace {

// Settings are tried out without a word.
class Silence final : public Log {
 public:
  [[nodiscard]] bool enabled(Level /*level*/) const override { return false; }
  void write(Level /*level*/, std::string_view /*line*/) override {}
};

class Findings {
 public:
  template <class T>
  void expect(std::string key, const Result<T>& result) {
    if (result) return;
    const std::string what = result.error().message();
    const auto same = [&](const Misfit& each) { return each.key == key && each.error.message() == what; };
    if (std::ranges::none_of(all_, same)) all_.push_back({std::move(key), result.error()});
  }

  void expect_here(const std::string& key, const std::vector<Endpoint>& where) {
    for (const Endpoint& at : where) expect(key, check_here(at));
  }

  void expect_folder(const std::string& key, const std::string& path) {
    std::error_code error;
    if (path.empty() || std::filesystem::is_directory(path, error)) return;
    expect(key, Result<>(fail(SettingsError::value, fmt::format("--{} '{}': no such folder", key, path))));
  }

  Misfits take() { return std::move(all_); }

 private:
  // Whether an address is one of this machine's. The port does not matter: it may be taken by the very
  // service that these settings are of.
  Result<> check_here(const Endpoint& at) {
    const auto free = io::Listener::check_free(loop_, {at.address, 0});
    const bool any = at.address == IpAddress() || at.address == IpAddress(std::array<std::uint8_t, 16>{});
    if (free || any || !free.error().is(io::IoError::unreachable)) return {};
    std::vector<std::string> own;
    for (const IpAddress& each : io::own_addresses()) own.push_back(each.to_string());
    return fail(SettingsError::value, fmt::format("{} is no address of this machine; valid: {}",
                                                  at.address.to_string(), fmt::join(own, ", ")));
  }

  Silence silence_;
  io::Loop loop_{silence_};
  Misfits all_;
};

// What transports and certificates are made with to see whether they can be.
struct Workshop {
  Silence log;
  crypto::SystemRandom random;
  io::MemoryState state;
};

void look_at_listens(const BridgeSettings& settings, const transport::Catalog& catalog, Findings& findings) {
  for (const std::string& listen : listens_of(settings)) {
    const auto spec = parse_listen(listen);
    findings.expect("listen", spec);
    if (!spec) continue;
    findings.expect_here("listen", spec->at);
    const auto transport = transport_of(listen, *spec, catalog);
    findings.expect("listen", transport);
    if (!transport) continue;
    findings.expect("listen",
                    needs_session(**transport, settings, !settings.forward.empty(), !settings.no_tunnel));
    Workshop shop;
    const auto arguments = arguments_for(spec->transport, settings.set);
    findings.expect("set", arguments);
    if (arguments)
      findings.expect(
          "set",
          (*transport)
              ->acceptor(
                  {.arguments = *arguments, .state = shop.state, .random = shop.random, .log = shop.log}));
  }
}

// Each link as far as it goes without dialling.
void look_at_links(const ClientSettings& settings, Findings& findings) {
  std::vector<std::string> transports;
  bool all_read = true;
  const transport::Catalog catalog = transport::catalog();
  if (settings.link.empty()) return findings.expect("link", read_links({}));
  for (const std::string& link : settings.link) {
    const auto ways = read_links({link});
    findings.expect("link", ways);
    if (!ways) {
      all_read = false;
      continue;
    }
    for (Way way : *ways) {
      transports.push_back(way.transport);
      const auto extra = arguments_for(way.transport, settings.set);
      if (!extra) continue;
      for (const Argument& argument : *extra) way.arguments.add(argument.name, argument.value);
      Workshop shop;
      findings.expect("link", proxy::WayDialer::make(way, catalog, shop.state, shop.random, shop.log));
    }
  }
  for (const std::string& text : settings.set)
    findings.expect("set", arguments_for(text.substr(0, text.find('.')), {text}));
  if (all_read) findings.expect("set", check_set(settings.set, transports));
}

void look_at_certificates(const CertificateSettings& settings, const std::vector<std::string>& names,
                          Findings& findings) {
  Workshop shop;
  front::Certificates certificates;
  front::ChallengeAnswers answers;
  const std::string key = settings.cert.empty() ? "challenge" : "cert";
  findings.expect(key, CertificateSource::open(settings, names,
                                               {.state = shop.state,
                                                .random = shop.random,
                                                .log = shop.log,
                                                .certificates = certificates,
                                                .answers = answers}));
}

// By itself first, so that the fault lies where it is named.
void look_at_names(const SignalSettings& settings, Findings& findings) {
  SignalSettings alone = settings;
  alone.upstream.clear();
  const auto list = compose_names(alone, std::nullopt);
  findings.expect("names", list);
  if (list) findings.expect("upstream", compose_names(settings, std::nullopt));
  findings.expect("list-key", update_trust(settings));
}

}  // namespace

Misfits misfits_of(const BridgeSettings& settings) {
  Findings findings;
  findings.expect("log-level", console_options(settings.common));
  findings.expect(settings.forward.empty() ? "egress" : "forward", make_egress(settings));
  findings.expect("users", check_users(settings));
  if (!settings.users.empty()) findings.expect("users", tunnel::read_users(settings.users));
  findings.expect("address", check_addresses(settings));
  look_at_listens(settings, transport::catalog(), findings);
  findings.expect("set", check_set(settings.set, transports_of(settings)));
  return findings.take();
}

Misfits misfits_of(const ClientSettings& settings) {
  Findings findings;
  findings.expect("log-level", console_options(settings.common));
  findings.expect("policy", read_policy(settings.policy));
  if (!settings.upstream_proxy.empty())
    findings.expect("upstream-proxy", parse_upstream_proxy(settings.upstream_proxy));
  if (const auto at = listen_of(settings)) {
    findings.expect_here("listen", {*at});
  } else {
    findings.expect("listen", at);
  }
  look_at_links(settings, findings);
  return findings.take();
}

Misfits misfits_of(const SignalSettings& settings) {
  Findings findings;
  findings.expect("log-level", console_options(settings.common));
  for (const Misfit& misfit : contradictions(settings))
    findings.expect(misfit.key, Result<>(std::unexpected(misfit.error)));
  const bool no_http = settings.listen_http == std::vector<std::string>{"none"};
  const auto https = listen_at("--listen", settings.listen);
  findings.expect("listen", https);
  if (https) findings.expect_here("listen", *https);
  const auto http = listen_at("--listen-http", no_http ? std::vector<std::string>() : settings.listen_http);
  findings.expect("listen-http", http);
  if (http) findings.expect_here("listen-http", *http);
  findings.expect("share", neighbours(settings));
  look_at_names(settings, findings);
  Workshop shop;
  findings.expect("proxy-site", site_settings(settings, shop.state, shop.random));
  findings.expect_folder("site", settings.site);
  findings.expect(settings.http_carrier.empty() ? "webtunnel" : "http-carrier",
                  SignalTunnel::check(settings));
  std::vector<std::string> names{settings.domain};
  if (settings.hidden || !settings.hidden_label.empty()) names.push_back("*." + settings.domain);
  if (!settings.domain.empty()) look_at_certificates(settings.certificates, names, findings);
  return findings.take();
}

Misfits misfits_of(const CertificateGetSettings& settings) {
  Findings findings;
  findings.expect("log-level", console_options(settings.common));
  look_at_certificates(settings.source, settings.domain, findings);
  return findings.take();
}

}  // namespace rozaneh::cli
