// The client's side of one HTTP/2 connection that carries one tunnel (RFC 9113, RFC 8441), without any I/O:
// bytes in, bytes out.
//
//   greeting, CONNECT            ->
//                                <-  SETTINGS, HEADERS 200, or a refusal
//   DATA, until END_STREAM      <->  DATA, until END_STREAM
//
// Windows, how large a DATA frame is and when a window is opened again are Chromium's. What the server may
// make us keep is bounded: 6 MiB of a tunnel that nobody reads, 16 KiB of a frame, 64 KiB of a field block,
// 64 KiB of our own frames that it does not take.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "base/error.h"
#include "site/h2_frame.h"
#include "site/hpack.h"

namespace rozaneh::webtunnel {

class H2Client {
 public:
  // To `host` (the name that is asked for) at `path`.
  H2Client(const std::string& host, const std::string& path);

  // What came, however it is cut. After a failure nothing is looked at any more.
  void feed(Bytes bytes);
  // Nothing more comes.
  void end_of_input(Error why);

  // The next write; empty: everything that is left waits for the server. Its sizes are Chromium's: the
  // greeting and the request by themselves, up to four DATA frames of 16 KiB.
  Buffer output();

  // The server has let us in.
  [[nodiscard]] bool opened() const { return opened_; }
  // Why the connection or the tunnel is over before its end.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

  // Something is there to be taken.
  [[nodiscard]] bool has_inbound() const { return !inbound_.empty(); }
  // What has come of the tunnel, into `room`; answers how much. It keeps coming out behind a failure.
  std::size_t take(MutableBytes room);
  // The server sends nothing more, and all of it was taken.
  [[nodiscard]] bool at_end() const { return in_ended_ && inbound_.empty(); }

  // Queues bytes, which the caller keeps bounded by `unsent`.
  void send(Bytes bytes) { append(outbound_, bytes); }
  [[nodiscard]] std::size_t unsent() const { return outbound_.size(); }
  // Ends our direction behind what is queued.
  void finish() { finished_ = true; }
  [[nodiscard]] bool end_sent() const { return end_sent_; }

  // Nobody looks at the tunnel any more: it is reset, unless both directions are at their ends. The
  // connection is over once the output has left.
  void leave();
  [[nodiscard]] bool over() const { return left_ || failure_; }

 private:
  struct Frame {
    site::H2Type type;
    std::uint8_t flags;
    std::uint32_t stream;
    Bytes payload;
  };

  bool take_frame(Bytes& rest);
  void on_frame(const Frame& frame);
  void on_data(const Frame& frame);
  void on_headers(const Frame& frame);
  void on_block(const Frame& frame, Bytes part);
  void end_block();
  bool read_block(unsigned& status);
  void on_status(unsigned status);
  void on_reset(const Frame& frame);
  void on_settings(const Frame& frame);
  void apply_setting(std::uint16_t id, std::uint32_t value);
  void on_goaway(const Frame& frame);
  void on_window_update(const Frame& frame);

  void control(site::H2Type type, std::uint8_t flags, std::uint32_t stream, Bytes payload);
  void give_back(std::size_t count);
  void broken(site::H2Error error, const char* what);
  void lost(Error why);
  Buffer data_output();

  std::deque<Buffer> greeting_;
  Buffer input_;  // less than a frame
  Buffer output_;
  bool has_settings_ = false;
  bool opened_ = false;
  bool in_ended_ = false;
  bool finished_ = false;
  bool end_sent_ = false;
  bool reset_ = false;  // by the server: nothing more is sent
  bool left_ = false;
  std::optional<Error> failure_;

  // The field block under way.
  site::HpackDecoder decoder_;
  Buffer block_;
  bool in_block_ = false;
  bool block_ends_stream_ = false;
  unsigned pieces_ = 0;
  unsigned interim_ = 0;

  std::deque<Buffer> inbound_;  // of DATA frames
  std::size_t taken_ = 0;       // of the first of them
  Buffer outbound_;

  std::int64_t send_window_ = site::kH2Window;
  std::int64_t stream_send_window_ = site::kH2Window;
  std::int64_t initial_window_ = site::kH2Window;
  std::int64_t receive_window_;
  std::int64_t stream_receive_window_;
  std::int64_t unacknowledged_ = 0;  // taken, and not given back to the connection's window yet
  std::int64_t stream_unacknowledged_ = 0;
};

}  // namespace rozaneh::webtunnel
