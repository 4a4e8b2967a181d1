// The server's side of one HTTP/2 connection without any I/O: bytes in, requests out; answers in, bytes out.
//
// Our own framing and not nghttp2's, for what a stranger sees is nginx: the bytes of its SETTINGS and field
// blocks, how large its DATA frames are, which error it gives for what, in which order it looks. RFC 9113;
// measured against nginx 1.22.1. PRIORITY is read and not followed.
//
//     preface ── head ──┬─ fixed payload ──────────────────┐
//                 │     ├─ fields ── continuation ── ...   ├── head ...
//                 │     ├─ data                            │
//                 │     └─ skip ───────────────────────────┘
//               GOAWAY: ended
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "site/h2_stream.h"
#include "site/hpack.h"

namespace rozaneh::site {

class H2Session {
 public:
  static constexpr std::size_t kMostStreams = 128;   // http2_max_concurrent_streams
  static constexpr std::size_t kDataFrame = 8192;    // http2_chunk_size
  static constexpr std::size_t kTurn = 32768;        // of a body before it is another stream's turn
  static constexpr std::size_t kMostFields = 32768;  // of all names and values of a request

  // A request that wants an answer, or a refusal with this status.
  struct Ready {
    std::uint32_t stream = 0;
    unsigned refusal = 0;
  };

  struct Options {
    unsigned requests = 1000;   // after so many comes GOAWAY
    bool keeps_bodies = false;  // a request is ready when its body is there
    // Whether a request, as far as it came, may go on with `:protocol` (RFC 8441); none may where this is not
    // set. Never announced: nginx's SETTINGS have no word of it.
    std::function<bool(const Request&)> may_extend{};
  };
  explicit H2Session(Options options);

  // What came. It is looked at up to the next request, and further when that has been taken and answered;
  // once it has `ended`, no more.
  void feed(Bytes bytes);
  std::optional<Ready> next();
  void go_on();
  // nullptr: the client has reset it meanwhile.
  [[nodiscard]] const Request* request(std::uint32_t stream) const;

  // The body of a request, where bodies are kept.
  Buffer take_body(std::uint32_t stream);

  // Lives as long as the stream.
  void attach(std::uint32_t stream, std::shared_ptr<const void> source);
  // Answers. No body: the fields are all. Of one that is still coming, `output` has what came meanwhile.
  void answer(std::uint32_t stream, Bytes field_block, std::unique_ptr<Body> body);
  // Whether the next field block begins with an update of the table's size; asking takes it back.
  bool takes_table_update() { return std::exchange(table_update_, false); }

  // Makes a stream a tunnel; then its bytes.
  void open_tunnel(std::uint32_t stream, Bytes field_block);
  // nullopt: it was reset. Empty: nothing is there, or nothing ever will be (`tunnel_ended`).
  std::optional<Buffer> take_inbound(std::uint32_t stream);
  [[nodiscard]] bool tunnel_ended(std::uint32_t stream) const;
  // False: it was reset.
  bool send(std::uint32_t stream, Bytes bytes);
  // How much of it the client has not let go yet; nullopt: it was reset.
  [[nodiscard]] std::optional<std::size_t> unsent(std::uint32_t stream) const;
  void finish(std::uint32_t stream);
  // Nobody looks at it any more: reset, unless both directions are done.
  void leave(std::uint32_t stream);
  void reset(std::uint32_t stream, H2Error error);

  // What is to be sent now; empty where all waits for the client.
  Buffer output();
  // Where in the last output nginx would have ended a write: behind each 32 KiB of a body, each answer, and
  // the fields of one that go out with a frame that is not to wait, such as the SETTINGS of the first. Each
  // write is at least one record of TLS, so that whoever counts bytes sees it.
  [[nodiscard]] const std::vector<std::size_t>& cuts() const { return cuts_out_; }

  // The time for whatever we wait for has passed.
  void time_out();
  // The connection is gone: so are all streams, but what came of a tunnel that came to its end can be taken.
  void close();
  // Whether it is the client who does not go on: with a request, or with what would be sent to him.
  [[nodiscard]] bool waits_for_client() const;
  // No stream is open.
  [[nodiscard]] bool idle() const { return streams_.empty(); }
  // To be closed once the output has left: in good order, or at once.
  [[nodiscard]] bool ended() const { return ended_ || (goaway_ && idle() && ready_.empty()); }
  [[nodiscard]] bool abrupt() const { return abrupt_; }
  // In the middle of a frame, or before the first.
  [[nodiscard]] bool incomplete() const { return !input_.empty(); }

 private:
  enum class Phase : std::uint8_t {
    preface,
    head,
    fixed,
    fields_head,
    fields,
    continuation,
    settings,
    data,
    kept_data,
    skip
  };
  using Streams = std::map<std::uint32_t, H2Stream>;

  bool step(Bytes& input);
  bool read_preface(Bytes& input);
  bool read_head(Bytes& input);
  void begin_frame();
  void begin_data();
  void begin_settings();
  bool check_fixed();
  bool read_fixed(Bytes& input);
  void on_window_update(std::uint32_t increment);
  bool read_settings(Bytes& input);
  void apply_setting(std::uint16_t id, std::uint32_t value);
  void change_initial_window(std::uint32_t value);
  bool read_data(Bytes& input);
  bool read_kept_data(Bytes& input);
  void on_body(H2Stream& stream, bool last);
  bool skip(Bytes& input);

  bool read_fields_head(Bytes& input);
  void open_stream(bool ended);
  bool read_fields(Bytes& input);
  void decode_fields(bool last);
  bool on_field(Field field);
  void on_pseudo(H2Stream& stream, Field& field);
  bool read_continuation(Bytes& input);
  void end_fields();
  void refuse(std::uint32_t id, unsigned status);

  void control(H2Type type, std::uint8_t flags, std::uint32_t stream, Bytes payload);
  void window_update(std::uint32_t stream, std::int64_t increment);
  void end(H2Error error);
  void goaway(H2Error error);
  void cut();
  bool pump(Streams::iterator at, std::size_t budget);
  bool pump_body(Streams::iterator at, std::size_t room);
  bool pump_tunnel(Streams::iterator at, std::size_t room);
  void put_fields(std::uint32_t stream, Bytes field_block, bool last);
  void complete(Streams::iterator at);
  [[nodiscard]] H2Stream* find(std::uint32_t id);

  Phase phase_ = Phase::preface;
  Buffer input_;  // not used from used_ on
  std::size_t used_ = 0;
  Buffer output_;
  std::vector<std::size_t> cuts_;      // of output_
  std::vector<std::size_t> cuts_out_;  // of the output before
  bool flushes_ = false;               // what nginx sends at once lies behind the last of cuts_
  unsigned control_frames_ = 0;        // in output_
  std::deque<Ready> ready_;
  Streams streams_;

  // The frame under way.
  std::size_t length_ = 0;  // of its payload, still to come
  std::size_t padding_ = 0;
  std::uint8_t flags_ = 0;
  H2Type type_ = H2Type::data;
  std::uint32_t id_ = 0;

  // The field block under way.
  HpackDecoder decoder_;
  Buffer block_;
  std::size_t fields_left_ = 0;
  bool for_nobody_ = false;  // the stream was refused; its fields still change the table
  std::size_t block_size_ = 0;

  Options options_;
  bool table_update_ = false;
  bool goaway_ = false;
  bool ended_ = false;
  bool abrupt_ = false;
  std::uint32_t last_id_ = 0;
  std::uint32_t turn_ = 0;  // whose DATA came last
  std::int64_t send_window_ = kH2Window;
  std::int64_t receive_window_ = kH2MostWindow;
  std::int64_t initial_window_ = kH2Window;
  std::size_t frame_limit_ = kH2Frame;
  unsigned priorities_left_ = kMostStreams;
  unsigned idle_turns_ = 0;
  unsigned new_streams_ = 0;  // in one read
  unsigned refused_ = 0;
  // What came in all, and how much of it was of use: who sends only the rest is a flood.
  std::uint64_t total_ = 0;
  std::uint64_t useful_ = 0;
};

}  // namespace rozaneh::site
