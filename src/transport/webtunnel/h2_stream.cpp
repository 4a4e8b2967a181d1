#include "transport/webtunnel/h2_stream.h"

#include "io/deadline.h"
#include "io/error.h"
#include "io/event.h"

namespace rozaneh::webtunnel {
namespace {

constexpr std::size_t kMostUnsent = std::size_t{64} * 1024;
constexpr std::chrono::seconds kFarewell{5};

// Shared by the stream and the two tasks that read and write for it: whichever lives longest.
struct Connection {
  Connection(io::Loop& on, io::StreamPtr stream, const std::string& host, const std::string& path)
      : loop(on), raw(std::move(stream)), client(host, path), changed(on) {}

  io::Loop& loop;
  io::StreamPtr raw;
  H2Client client;
  io::Event changed;
  std::optional<io::Deadline> farewell;
};
using ConnectionPtr = std::shared_ptr<Connection>;

// Reads on while nobody takes what comes: windows for the other direction are among it, and ours bound it.
io::Task<> read_all(ConnectionPtr self) {
  for (;;) {
    const auto chunk = co_await self->raw->read();
    if (!chunk) self->client.end_of_input(chunk.error());
    if (chunk && chunk->empty()) self->client.end_of_input(Error(io::IoError::ended_early));
    if (!chunk || chunk->empty()) break;
    self->client.feed(chunk->bytes());
    self->changed.notify();
  }
  self->changed.notify();
}

io::Task<> write_all(ConnectionPtr self) {
  for (;;) {
    const Buffer out = self->client.output();
    if (out.empty()) {
      if (self->client.over()) break;
      co_await self->changed.wait();
      continue;
    }
    const auto written = co_await self->raw->write(out);
    if (!written) {
      self->client.end_of_input(written.error());
      break;
    }
    self->changed.notify();
  }
  self->changed.notify();
  if (!self->farewell) self->farewell.emplace(self->loop, kFarewell, *self->raw);
  const auto finished = co_await self->raw->finish();
  (void)finished;
  self->raw->abort();
  self->farewell.reset();
}

class H2Stream final : public io::Stream {
 public:
  explicit H2Stream(ConnectionPtr connection) : connection_(std::move(connection)) {}
  H2Stream(const H2Stream&) = delete;
  H2Stream& operator=(const H2Stream&) = delete;
  ~H2Stream() override { H2Stream::abort(); }

  io::Task<Result<>> open() {
    const auto connection = connection_;
    H2Client& client = connection->client;
    while (!client.opened() && !client.failure()) co_await connection->changed.wait();
    if (client.opened()) co_return Result<>();
    co_return std::unexpected(*client.failure());
  }

  io::Task<Result<io::Chunk>> read() override {
    const auto connection = connection_;
    H2Client& client = connection->client;
    for (;;) {
      if (aborted_) co_return fail(io::IoError::aborted);
      if (client.has_inbound()) {
        io::Chunk chunk = connection->loop.pool().borrow();
        chunk.grow(client.take(chunk.room()));
        connection->changed.notify();
        co_return chunk;
      }
      if (client.at_end()) co_return io::Chunk();
      if (client.failure()) co_return std::unexpected(*client.failure());
      co_await connection->changed.wait();
    }
  }

  io::Task<Result<>> write(Bytes bytes) override {
    const auto connection = connection_;
    H2Client& client = connection->client;
    while (!bytes.empty()) {
      while (!client.over() && client.unsent() >= kMostUnsent) co_await connection->changed.wait();
      if (aborted_) co_return fail(io::IoError::aborted);
      if (client.failure()) co_return std::unexpected(*client.failure());
      const Bytes part = bytes.first(std::min(bytes.size(), kMostUnsent));
      client.send(part);
      bytes = bytes.subspan(part.size());
      connection->changed.notify();
    }
    co_return Result<>();
  }

  io::Task<Result<>> finish() override {
    const auto connection = connection_;
    H2Client& client = connection->client;
    client.finish();
    connection->changed.notify();
    while (!client.over() && !client.end_sent()) co_await connection->changed.wait();
    if (aborted_) co_return fail(io::IoError::aborted);
    if (!client.end_sent()) co_return std::unexpected(*client.failure());
    co_return Result<>();
  }

  void abort() noexcept override {
    if (std::exchange(aborted_, true)) return;
    connection_->client.leave();
    if (!connection_->farewell)
      connection_->farewell.emplace(connection_->loop, kFarewell, *connection_->raw);
    connection_->changed.notify();
  }

 private:
  ConnectionPtr connection_;
  bool aborted_ = false;
};

}  // namespace

io::Task<Result<io::StreamPtr>> open_h2_tunnel(io::Loop& loop, io::StreamPtr raw, std::string host,
                                               std::string path) {
  const auto connection = std::make_shared<Connection>(loop, std::move(raw), host, path);
  auto stream = std::make_unique<H2Stream>(connection);
  loop.spawn(read_all(connection));
  loop.spawn(write_all(connection));
  const auto opened = co_await stream->open();
  if (!opened) co_return std::unexpected(opened.error());
  co_return std::move(stream);
}

}  // namespace rozaneh::webtunnel
