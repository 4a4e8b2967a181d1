// The flags of `rozaneh signal`, in the order in which --help shows them.
#include <CLI/App.hpp>

#include "cli/signal.h"

namespace rozaneh::cli {
namespace {

void declare_server(CLI::App& app, SignalSettings& settings) {
  app.add_option("--domain", settings.domain, "The name of this server, which its certificate is for")
      ->type_name("NAME");
  app.add_option("--listen", settings.listen, ":PORT or ADDRESS:PORT, for TLS; may be given several times")
      ->type_name("WHERE")
      ->allow_extra_args(false)
      ->capture_default_str();
  app.add_option("--listen-http", settings.listen_http,
                 "The same for plain HTTP, which leads to https and answers certificate authorities; or none")
      ->type_name("WHERE")
      ->allow_extra_args(false)
      ->capture_default_str();
}

void declare_site(CLI::App& app, SignalSettings& settings) {
  app.add_option("--site", settings.site,
                 "The web site that everybody else sees: a folder (default: what Debian's nginx shows)")
      ->type_name("DIRECTORY");
  app.add_option("--proxy-site", settings.proxy_site, "The same from a web server on this machine")
      ->type_name("http://ADDRESS:PORT");
}

void declare_sharing(CLI::App& app, SignalSettings& settings) {
  app.add_option("--share", settings.share,
                 "Leave connections for a name (or *.NAME) to another server, which has their certificate; "
                 "with ,proxy-v1 or ,proxy-v2 behind it a PROXY header says who connected")
      ->type_name("NAME=ADDRESS:PORT")
      ->allow_extra_args(false);
  app.add_flag("--proxy-header", settings.proxy_header,
               "Connections come through a front that begins each with a PROXY header; others are closed");
  CLI::Option* webtunnel =
      app.add_option("--webtunnel", settings.webtunnel,
                     "Carry WebTunnel on the same port, at a secret path; its streams go where clients say "
                     "(open), or to one service")
          ->type_name("open|ADDRESS:PORT");
  app.add_option("--http-carrier", settings.http_carrier,
                 "The same with the transport http: ordinary requests and answers of HTTP/1.1")
      ->type_name("open|ADDRESS:PORT")
      ->excludes(webtunnel);
  app.add_option("--webtunnel-http", settings.webtunnel_http,
                 "Which HTTP the link for it names, 1.1 or 2; clients of both are taken")
      ->check(CLI::IsMember({"1.1", "2"}))
      ->capture_default_str();
}

void declare_relay(CLI::App& app, SignalSettings& settings) {
  app.add_flag(
      "--hidden", settings.hidden,
      "Relay only under a secret name below the domain (which needs a wildcard certificate); drawn once");
  app.add_option("--hidden-label", settings.hidden_label, "The first label of that name")->type_name("LABEL");
  app.add_option(
         "--first-record", settings.first_record,
         "How long the first record of a relayed connection is: plain, as it comes, or page, as long as "
         "those of a web page, which hides the answer of the TLS inside (TLS 1.3)")
      ->check(CLI::IsMember({"plain", "page"}))
      ->capture_default_str();
  app.add_option(
         "--first-answer", settings.first_answer,
         "How the first answer of the server behind leaves: plain, as it comes; merged, held for 20 ms "
         "to leave at once; or split, merged and then cut as nginx cuts its first page over HTTP/2")
      ->check(CLI::IsMember({"plain", "merged", "split"}))
      ->capture_default_str();
  declare_zero_copy(app, settings.zero_copy);
}

void declare_names(CLI::App& app, SignalSettings& settings) {
  app.add_option("--names", settings.names, "Names to relay to besides Signal's, or instead: a TOML file")
      ->type_name("FILE.toml");
  app.add_option("--upstream", settings.upstream, "Where one name leads, added to the list if need be")
      ->type_name("NAME=ADDRESS:PORT")
      ->allow_extra_args(false);
  app.add_flag("--allow-private", settings.allow_private, "Names may lead into private networks");
  app.add_option("--dns", settings.dns, "Name servers to ask, with commas between (default: the system's)")
      ->type_name("ADDRESS:PORT");
  app.add_option("--list-url", settings.list_url,
                 "Where signed updates of the list of names are fetched from")
      ->type_name("URL");
  app.add_option("--list-key", settings.list_key, "The Ed25519 key that signs them, base64")
      ->type_name("KEY");
  app.add_option("--list-ca", settings.list_ca,
                 "Trust these authorities where it is fetched (not the system's)")
      ->type_name("FILE.pem");
  app.add_option("--list-suffix", settings.list_suffix, "The only domains that an update may have names in")
      ->allow_extra_args(false)
      ->capture_default_str();
  app.add_option("--list-interval", settings.list_interval, "Seconds between two looks for an update")
      ->check(CLI::Range(1U, 30U * 86400))
      ->capture_default_str();
}

void declare_limits(CLI::App& app, SignalSettings& settings) {
  declare_connection_limits(app, settings.max_connections, settings.max_per_address);
  app.add_option("--handshake-limit", settings.handshake_limit,
                 "Seconds for the TLS handshake and the first request inside, together")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--hello-limit", settings.hello_limit,
                 "Seconds for the rest of an inner hello that has begun")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--connect-limit", settings.connect_limit, "Seconds for each address of a server")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--idle-limit", settings.idle_limit,
                 "Seconds of silence after which a relayed connection ends; 0: never")
      ->capture_default_str();
  app.add_option("--drain-limit", settings.drain_limit, "Seconds that open connections get at the end")
      ->capture_default_str();
}

}  // namespace

void declare(CLI::App& app, SignalSettings& settings) {
  declare_server(app, settings);
  declare_certificates(app, settings.certificates);
  declare_site(app, settings);
  declare_sharing(app, settings);
  declare_relay(app, settings);
  declare_names(app, settings);
  declare_limits(app, settings);
  app.add_flag("--no-qr", settings.no_qr, "Print no QR code (there is none where the output is no terminal)");
  declare_common(app, settings.common);
}

}  // namespace rozaneh::cli
