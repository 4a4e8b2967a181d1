#include "transport/dialer.h"

namespace rozaneh::transport {

io::Task<Result<io::StreamPtr>> TransportDialer::dial(const Target& target) {
  co_return co_await connector_.open(loop_, inner_, target);
}

}  // namespace rozaneh::transport
