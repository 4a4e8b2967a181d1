// How a client comes to a web site: the url of its bridge, the names that are asked for, and TLS.
#pragma once

#include <optional>

#include "io/dial.h"
#include "io/tls_client.h"
#include "transport/transport.h"
#include "transport/web/url.h"

namespace rozaneh::web {

struct Destination {
  Url url;
  std::string name;                    // SNI, what the certificate must be for, and the request's Host
  bool allow_private = false;          // take any address that the name system says
  std::optional<io::TlsClient> tls{};  // nothing where the url is http

  // From the arguments `url`, which must be there, `servername`, `allow-private`, `ca` and `hello`; warns
  // where there is no TLS. `alpn` as TlsClient takes it.
  static Result<Destination> from(std::string_view transport, const transport::Setup& setup,
                                  std::vector<std::string> alpn = {"http/1.1"});

  // A connection to the url's host; TLS is to come.
  io::Task<Result<io::StreamPtr>> dial(io::Dialer& raw) const;
};

}  // namespace rozaneh::web
