// How a request for a target ended: the reply codes of RFC 1928 section 6, which are also a layer of errors,
// so that a far end's refusal can be handed on to the application as it came.
#pragma once

#include <cstdint>

#include "base/error.h"

namespace rozaneh {

enum class SocksReply : std::uint8_t {
  succeeded = 0,
  general_failure = 1,
  not_allowed = 2,
  network_unreachable = 3,
  host_unreachable = 4,
  connection_refused = 5,
  timed_out = 6,  // "TTL expired"; used for a time-out, as obfs4proxy does
  command_not_supported = 7,
  address_type_not_supported = 8,
};

std::string_view layer_of(SocksReply);
std::string_view describe(SocksReply);

// The reply that an error stands for; general_failure for an error of another layer.
SocksReply reply_of(const Error& error);

}  // namespace rozaneh
