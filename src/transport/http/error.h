// What can go wrong with the HTTP carrier.
#pragma once

#include <string_view>

#include "base/error.h"

namespace rozaneh::http {

enum class HttpCarrierError {
  refused,      // the web server does not know the path
  unexpected,   // an answer that is none of ours
  malformed,    // an answer that is not HTTP/1
  late,         // no answer in time
  handshake,    // TLS did not come about
  gone,         // the server has forgotten the stream
  reset,        // the server's side gave the stream up
  unreachable,  // no request came through for too long
  stranger,     // a connection without a request of ours
  one_by_one,   // somebody wants to make a stream of one connection
};

std::string_view layer_of(HttpCarrierError error);
std::string_view describe(HttpCarrierError error);

}  // namespace rozaneh::http
