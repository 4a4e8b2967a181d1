#include "egress/fixed.h"

namespace rozaneh::egress {

io::Task<Result<io::StreamPtr>> FixedEgress::open(io::Loop& loop, const Target& target,
                                                  const Origin& /*origin*/) {
  io::TcpDialer dialer(loop);
  co_return co_await dialer.dial(target);
}

}  // namespace rozaneh::egress
