#include "wire/upstream_proxy.h"

#include "wire/http_connect_client.h"
#include "wire/percent.h"
#include "wire/socks4a_client.h"
#include "wire/socks5_client.h"

namespace rozaneh {
namespace {

using Kind = UpstreamProxy::Kind;

std::optional<Kind> parse_kind(std::string_view scheme) {
  if (scheme == "socks5") return Kind::socks5;
  if (scheme == "socks4a") return Kind::socks4a;
  if (scheme == "http") return Kind::http;
  return std::nullopt;
}

bool is_socks_field(const std::string& text) { return !text.empty() && text.size() <= 255; }

// What is wrong with credentials for this kind of proxy; nullptr: nothing.
const char* complaint(Kind kind, const Credentials& credentials, bool has_password) {
  if (kind == Kind::socks4a && has_password) return "socks4a has no password";
  if (kind == Kind::socks4a && (credentials.username.size() > 255 || credentials.username.contains('\0')))
    return "socks4a takes a user id of at most 255 bytes";
  if (kind == Kind::socks5 && !(is_socks_field(credentials.username) && is_socks_field(credentials.password)))
    return "socks5 takes a user name and a password of 1 to 255 bytes each";
  if (kind == Kind::http && credentials.username.contains(':')) return "a user name must not contain a colon";
  return nullptr;
}

Result<Credentials> parse_user(Kind kind, std::string_view text) {
  const auto colon = text.find(':');
  const bool has_password = colon != std::string_view::npos;
  const auto username = decode_percent(text.substr(0, colon));
  const auto password = decode_percent(has_password ? text.substr(colon + 1) : "");
  if (!username || !password) return fail(UpstreamProxyError::malformed, "% without two hexadecimal digits");
  Credentials credentials{*username, *password};
  if (const char* wrong = complaint(kind, credentials, has_password))
    return fail(UpstreamProxyError::malformed, wrong);
  return credentials;
}

}  // namespace

Result<UpstreamProxy> parse_upstream_proxy(std::string_view text) {
  const auto scheme_end = text.find("://");
  const auto kind = parse_kind(text.substr(0, scheme_end));
  if (scheme_end == std::string_view::npos || !kind)
    return fail(UpstreamProxyError::malformed, "the scheme must be socks5, socks4a or http");
  auto authority = text.substr(scheme_end + 3);
  if (authority.ends_with('/')) authority.remove_suffix(1);
  const auto at = authority.rfind('@');
  const auto host = at == std::string_view::npos ? authority : authority.substr(at + 1);
  const auto address = Endpoint::parse(host);
  if (!address || address->port == 0) return fail(UpstreamProxyError::malformed, "the host must be IP:PORT");
  UpstreamProxy proxy{*kind, *address, std::nullopt};
  if (at == std::string_view::npos) return proxy;
  auto user = parse_user(*kind, authority.substr(0, at));
  if (!user) return fail(std::move(user));
  proxy.credentials = std::move(*user);
  return proxy;
}

std::unique_ptr<Handshake> make_handshake(const UpstreamProxy& proxy, Target target) {
  switch (proxy.kind) {
    case Kind::socks5:
      return std::make_unique<Socks5Client>(std::move(target), proxy.credentials);
    case Kind::http:
      return std::make_unique<HttpConnectClient>(std::move(target), proxy.credentials);
    case Kind::socks4a:
      break;
  }
  return std::make_unique<Socks4aClient>(std::move(target),
                                         proxy.credentials ? proxy.credentials->username : "");
}

std::string_view layer_of(UpstreamProxyError) { return "proxy"; }

std::string_view describe(UpstreamProxyError) {
  return "the upstream proxy is not SCHEME://[USER[:PASSWORD]@]IP:PORT";
}

}  // namespace rozaneh
