#include "egress/reply.h"

#include "egress/egress.h"
#include "io/error.h"

namespace rozaneh::egress {

SocksReply reply_for(const Error& error) {
  using io::IoError;
  if (error.is(IoError::refused) || error.is(IoError::reset)) return SocksReply::connection_refused;
  if (error.is(IoError::timed_out)) return SocksReply::timed_out;
  if (error.is(IoError::unreachable) || error.is(IoError::no_such_name)) return SocksReply::host_unreachable;
  if (error.is(EgressError::private_network) || error.is(EgressError::port)) return SocksReply::not_allowed;
  return reply_of(error);
}

}  // namespace rozaneh::egress
