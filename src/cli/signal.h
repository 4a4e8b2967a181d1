// `rozaneh signal`: a TLS proxy for Signal that is a web site to everybody else.
#pragma once

#include <functional>

#include "cli/certificate_source.h"
#include "cli/settings.h"

namespace rozaneh::cli {

struct SignalSettings {
  CommonSettings common;
  bool by_name = false;  // `rozaneh bridge by-name`: no names but one's own, and no word of Signal
  std::string domain;
  std::vector<std::string> listen = {":443"};      // :PORT or ADDRESS:PORT
  std::vector<std::string> listen_http = {":80"};  // or "none"
  CertificateSettings certificates;
  std::string site;                // folder
  std::vector<std::string> share;  // NAME=ADDRESS:PORT[,proxy-v1|,proxy-v2]
  bool proxy_header = false;
  std::string proxy_site;              // ADDRESS:PORT
  std::string webtunnel;               // "open" or ADDRESS:PORT; empty: none
  std::string webtunnel_http = "1.1";  // which HTTP its link names; both are taken
  std::string http_carrier;            // as webtunnel; one of the two
  std::string first_record = "plain";  // or "page"
  std::string first_answer = "plain";  // or "merged" or "split"
  bool hidden = false;
  std::string hidden_label;
  std::string names;                  // file
  std::vector<std::string> upstream;  // NAME=ADDRESS:PORT
  bool allow_private = false;
  std::string dns;  // name servers
  std::string list_url, list_key, list_ca;
  std::vector<std::string> list_suffix = {"signal.org", "whispersystems.org"};
  unsigned list_interval = 6 * 3600;  // seconds
  unsigned max_connections = 40'000;
  unsigned max_per_address = 1024;
  unsigned handshake_limit = 60;  // seconds, as are those below
  unsigned hello_limit = 10;
  unsigned connect_limit = 10;
  unsigned idle_limit = 900;  // 0: none
  unsigned drain_limit = 30;
  std::string zero_copy = "off";  // or "auto"
  bool no_qr = false;
};

void declare(CLI::App& app, SignalSettings& settings);

// `rozaneh bridge by-name`: the same relay for any TLS inside of TLS.
int run_by_name(const SignalSettings& settings, const std::function<Result<SignalSettings>()>& again);

// Runs until a signal ends it. `again` reads the settings anew, for SIGHUP.
int run_signal(const SignalSettings& settings, const std::function<Result<SignalSettings>()>& again);

}  // namespace rozaneh::cli
