// A hostile peer: its records, in any order, against a server and a client that have streams, while time
// passes and records are lost. What is kept stays within its bounds, whatever comes.
//
// Input: steps, each one byte and, where it is 0..127, a length u8 and the plaintext of a record.
#include "tunnel/session.h"

#include <cstdlib>

namespace {

using namespace rozaneh;
using namespace rozaneh::tunnel;

class Silent final : public Observer {
 public:
  void to_send() override {}
  void incoming(StreamNumber stream, StreamKind, const Target&) override { last = stream; }
  void opened(StreamNumber) override {}
  void can_open() override {}
  void readable(StreamNumber stream) override { last = stream; }
  void writable(StreamNumber) override {}
  void reset(StreamNumber, ResetReason) override {}
  void suspect(ConnectionNumber) override {}
  void over(ConnectionNumber) override {}
  void closed(CloseReason) override {}

  StreamNumber last = 0;
};

class Victim {
 public:
  explicit Victim(Role role) : role_(role), session_(role, Parameters(), silent_, now_) {
    session_.peer_says(Parameters());
    session_.attach(0, now_);
    session_.hello(0, room_, now_);
    if (role != Role::client) return;
    session_.open(StreamKind::tcp, Target(), now_);
    session_.open(StreamKind::udp, Target(), now_);
    session_.write(0, Buffer(20'000));
  }

  void receive(ConnectionNumber connection, Bytes record) {
    (void)session_.receive(connection, record, now_);
    check();
  }

  // What the owner does in between.
  void act(std::uint8_t what) {
    const ConnectionNumber connection = what % 4;
    const StreamNumber stream = silent_.last;
    switch (what / 4 % 12) {
      case 0:
      case 1:
        session_.next_record(connection, room_, now_, {.at_least = what});
        break;
      case 2:
        session_.attach(connection, now_);
        session_.hello(connection, room_, now_);
        break;
      case 3:
        session_.detach(connection, now_);
        break;
      case 4:
        now_ += std::chrono::milliseconds(what);
        session_.tick(now_);
        break;
      case 5:
        (void)session_.read(stream);
        (void)session_.receive_datagram(stream);
        break;
      case 6:
        session_.write(stream, Buffer(std::min<std::size_t>(session_.writable(stream), 10'000)));
        break;
      case 7:
        session_.finish(stream);
        break;
      case 8:
        session_.reset(stream, ResetReason::given_up);
        break;
      case 9:
        session_.accept(stream);
        if (role_ == Role::client) session_.open(StreamKind::tcp, Target(), now_);
        break;
      case 10:
        session_.send_datagram(stream, Target(), Buffer(100));
        session_.refuse_early(connection);
        break;
      default:
        session_.retire(connection);
        session_.ping(connection);
    }
    check();
  }

 private:
  void check() const {
    const Retained kept = session_.retained();
    const bool bounded = kept.unread <= 1'048'576 * 9 / 8 + kept.streams * 8'192 &&
                         kept.untold <= Session::kMaxUntold + kMaxPlaintext &&
                         kept.untold_frames <= Session::kMaxUntoldFrames + 256 && kept.streams <= 3 * 256 &&
                         kept.datagrams <= Session::kMaxDatagramBytes + 2'048 && kept.connections <= 72;
    if (!bounded) std::abort();
  }

  Role role_;
  Time now_{std::chrono::hours(1)};
  Silent silent_;
  Buffer room_ = Buffer(4'096);
  Session session_;
};

void run(Role role, Bytes input) {
  Victim victim(role);
  Reader in(input);
  while (const auto step = in.u8()) {
    if (*step >= 128) {
      victim.act(*step - 128);
    } else {
      const std::size_t size = in.u8().value_or(0);
      victim.receive(*step % 4, *in.bytes(std::min(size, in.left())));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  run(Role::server, {bytes, size});
  run(Role::client, {bytes, size});
  return 0;
}
