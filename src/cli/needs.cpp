#include "cli/needs.h"

#include "cli/listening.h"
#include "cli/signal_parts.h"

namespace rozaneh::cli {
namespace {

void append(std::vector<Endpoint>& all, const Result<std::vector<Endpoint>>& more) {
  if (more) all.insert(all.end(), more->begin(), more->end());
}

std::vector<front::CertificateFile> files_of(const CertificateSettings& settings) {
  std::vector<front::CertificateFile> files;
  for (std::size_t i = 0; i < settings.cert.size() && i < settings.key.size(); ++i)
    files.push_back({.chain = settings.cert[i], .key = settings.key[i]});
  return files;
}

}  // namespace

Needs needs_of(const BridgeSettings& settings) {
  Needs needs{.ports = {}, .state = settings.common.state};
  for (const std::string& listen : listens_of(settings)) {
    const auto spec = parse_listen(listen);
    if (!spec) continue;
    if (spec->choose_port)
      needs.drawn.push_back(spec->transport);
    else
      append(needs.ports, spec->at);
  }
  return needs;
}

Needs needs_of(const ClientSettings& settings) {
  Needs needs{.ports = {}, .links = settings.link, .state = settings.common.state};
  if (const auto at = listen_of(settings)) needs.ports.push_back(*at);
  return needs;
}

Needs needs_of(const SignalSettings& settings) {
  Needs needs{.ports = {}, .certificates = files_of(settings.certificates), .state = settings.common.state};
  if (!settings.domain.empty()) needs.names.push_back(settings.domain);
  append(needs.ports, listen_at("--listen", settings.listen));
  if (settings.listen_http != std::vector<std::string>{"none"})
    append(needs.ports, listen_at("--listen-http", settings.listen_http));
  return needs;
}

Needs needs_of(const CertificateGetSettings& settings) {
  return {.ports = {}, .names = settings.domain, .state = settings.common.state};
}

}  // namespace rozaneh::cli
