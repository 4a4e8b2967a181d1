#include "tunnel/message.h"

#include "io/error.h"

namespace rozaneh::tunnel {

io::Task<Result<Message>> read_message(io::Stream& stream, Buffer first) {
  Buffer received = std::move(first);
  std::size_t wanted = kMessageHead;
  bool sized = false;
  while (true) {
    if (!sized && received.size() >= kMessageHead) {
      const auto size = message_size(Bytes(received).first<kMessageHead>());
      if (!size) co_return std::unexpected(size.error());
      wanted = kMessageHead + *size;
      sized = true;
    }
    if (received.size() >= wanted) break;
    const auto chunk = co_await stream.read();
    if (!chunk) co_return std::unexpected(chunk.error());
    if (chunk->empty()) co_return fail(io::IoError::ended_early);
    append(received, chunk->bytes());
  }
  const auto end = received.begin() + static_cast<std::ptrdiff_t>(wanted);
  co_return Message{.bytes = Buffer(received.begin() + kMessageHead, end),
                    .behind = Buffer(end, received.end())};
}

}  // namespace rozaneh::tunnel
