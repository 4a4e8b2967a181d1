// What relayed connections look like to who counts their bytes.
//
// A handshake within TLS has bursts of known sizes: the client's hello, the server's answer with its
// certificates, and so on (Xue et al., USENIX Security '24; src/lab/recognise/bursts.h has the detectors that
// are published). The client's are its own; the server's first is ours to change.
#pragma once

#include <array>
#include <span>

#include "io/awaited_stream.h"
#include "io/tls13_stream.h"

namespace rozaneh::front {

// The first record to a client is as long as that of any page of more than 16 KB, which is how nginx cuts
// them. It costs a connection at most 16 KB and the time that the path takes for these.
class PageShape final : public io::RecordShape {
 public:
  // Where the first answer is split, so many records go before the page's.
  explicit PageShape(std::uint64_t before = 0) : before_(before) {}

  [[nodiscard]] std::size_t padding(std::uint64_t number, std::size_t content) const override {
    return number == before_ ? tls::kMaxPlaintext - content : 0;
  }

 private:
  std::uint64_t before_;
};

// How a server's first answer goes on to the client.
struct FirstAnswer {
  // It is gathered for so long from its first byte on, or until it fills a record, so that it leaves at once
  // however it came.
  io::Clock::duration hold{std::chrono::milliseconds(20)};
  // What the first records have of it; all else is in the next. Outlives the stream.
  std::span<const std::size_t> pieces{};
};

// nginx's own before its first page over HTTP/2: SETTINGS with WINDOW_UPDATE, and the acknowledgement of the
// client's SETTINGS.
inline constexpr std::array<std::size_t, 2> kHttp2Pieces = {40, 9};

// A server whose first answer comes in that way; all behind it comes as it is.
class FirstAnswerStream final : public io::Stream {
 public:
  FirstAnswerStream(io::Loop& loop, io::StreamPtr server, FirstAnswer how)
      : loop_(loop), awaited_(std::make_unique<io::AwaitedStream>(loop, std::move(server))), how_(how) {}

  io::Task<Result<io::Chunk>> read() override;
  io::Task<Result<>> write(Bytes bytes) override { return server().write(bytes); }
  io::Task<Result<>> finish() override { return server().finish(); }
  void abort() noexcept override { server().abort(); }
  [[nodiscard]] bool holds_bytes() const override { return !held_.empty(); }
  io::TcpStream* plain_source() override { return plain_ ? plain_->plain_source() : nullptr; }
  io::TcpStream* plain_sink() override { return plain_ ? plain_->plain_sink() : nullptr; }

 private:
  io::Task<> gather();
  bool take(io::Chunk& chunk);
  io::Chunk next_piece();
  io::Stream& server() { return plain_ ? *plain_ : *awaited_; }

  io::Loop& loop_;
  std::unique_ptr<io::AwaitedStream> awaited_;
  io::StreamPtr plain_;  // takes its place when all is gathered
  FirstAnswer how_;
  io::Chunk held_;                           // of the answer
  std::optional<Result<io::Chunk>> behind_;  // what came last and is not in there
  bool gathered_ = false;
};

}  // namespace rozaneh::front
