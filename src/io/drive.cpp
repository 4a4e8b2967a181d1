#include "io/drive.h"

#include "io/error.h"

namespace rozaneh::io {

Task<Result<Buffer>> drive(Stream& stream, Handshake& handshake, Buffer received) {
  for (;;) {
    auto step = handshake.step(received);
    if (!step) co_return std::unexpected(step.error());
    received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(step->consumed));
    if (!step->send.empty()) {
      const auto sent = co_await stream.write(step->send);
      if (!sent) co_return std::unexpected(sent.error());
    }
    if (step->failure) co_return std::unexpected(*step->failure);
    if (step->done) co_return received;
    if (!step->needs_more() && !received.empty()) continue;
    const auto chunk = co_await stream.read();
    if (!chunk) co_return std::unexpected(chunk.error());
    if (chunk->empty()) co_return fail(IoError::ended_early);
    append(received, chunk->bytes());
  }
}

}  // namespace rozaneh::io
