#include "transport/dialer.h"

namespace rozaneh::transport {

io::Task<Result<io::StreamPtr>> TransportDialer::dial(const Target& target) {
  auto raw = co_await inner_.dial(target);
  if (!raw) co_return raw;
  co_return co_await connector_.connect(loop_, target, std::move(*raw));
}

}  // namespace rozaneh::transport
