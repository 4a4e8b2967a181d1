#include "transport/http/error.h"

namespace rozaneh::http {

std::string_view layer_of(HttpCarrierError /*error*/) { return "http carrier"; }

std::string_view describe(HttpCarrierError error) {
  switch (error) {
    case HttpCarrierError::refused:
      return "the web server does not know this path: is the link right?";
    case HttpCarrierError::unexpected:
      return "an answer that is not the bridge's";
    case HttpCarrierError::malformed:
      return "an answer that is not HTTP/1";
    case HttpCarrierError::late:
      return "no answer in time";
    case HttpCarrierError::handshake:
      return "no TLS with the web server";
    case HttpCarrierError::gone:
      return "the server has forgotten this stream";
    case HttpCarrierError::reset:
      return "the server gave this stream up";
    case HttpCarrierError::unreachable:
      return "no request comes through any more";
    case HttpCarrierError::stranger:
      return "no request of a client";
    case HttpCarrierError::one_by_one:
      return "its streams need more connections than one";
  }
  return "unknown";
}

}  // namespace rozaneh::http
