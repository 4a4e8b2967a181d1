#include "proxy/plain.h"

namespace rozaneh::proxy {

io::Task<> PlainForward::serve(io::Loop& loop, io::StreamPtr application, Endpoint /*peer*/) {
  ++counters_.accepted;
  const auto outcome = co_await carry(loop, std::move(application));
  if (!outcome) log_.debug("a connection ended: {}", outcome.error().message());
}

io::Task<Result<>> PlainForward::carry(io::Loop& loop, io::StreamPtr application) {
  const Request anything;
  auto far = co_await opener_.open(loop, anything);
  if (!far) {
    ++counters_.failed;
    co_return std::unexpected(far.error());
  }
  const Opened open(counters_.open);
  co_return co_await io::relay(loop, *application, **far, counters_, relay_);
}

}  // namespace rozaneh::proxy
