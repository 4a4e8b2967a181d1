#include "proxy/plain.h"

namespace rozaneh::proxy {

io::Task<> PlainForward::serve(io::Loop& loop, io::StreamPtr application, Endpoint /*peer*/) {
  ++counters_.accepted;
  const Request anything;
  const auto far = co_await opener_.open(loop, anything);
  if (!far) {
    ++counters_.failed;
    log_.debug("a connection ended: {}", far.error().message());
    co_return;
  }
  const Opened open(counters_.open);
  const auto outcome = co_await io::relay(loop, *application, **far, counters_, relay_);
  if (!outcome) log_.debug("a connection ended: {}", outcome.error().message());
}

}  // namespace rozaneh::proxy
