#include "wire/socks_reply.h"

#include <algorithm>

namespace rozaneh {

using enum SocksReply;

std::string_view layer_of(SocksReply) { return "far end"; }

std::string_view describe(SocksReply reply) {
  switch (reply) {
    case succeeded:
      return "connected";
    case general_failure:
      return "could not connect to the destination";
    case not_allowed:
      return "does not allow this destination";
    case network_unreachable:
      return "the destination's network cannot be reached";
    case host_unreachable:
      return "the destination cannot be reached";
    case connection_refused:
      return "the destination refused the connection";
    case timed_out:
      return "the destination did not answer in time";
    case command_not_supported:
      return "does not support this kind of request";
    case address_type_not_supported:
      return "does not support this kind of address";
  }
  return "unknown answer";
}

SocksReply reply_of(const Error& error) {
  constexpr SocksReply kAll[] = {
      not_allowed, network_unreachable,   host_unreachable,          connection_refused,
      timed_out,   command_not_supported, address_type_not_supported};
  const auto* found = std::ranges::find_if(kAll, [&](SocksReply reply) { return error.is(reply); });
  return found == std::end(kAll) ? general_failure : *found;
}

}  // namespace rozaneh
