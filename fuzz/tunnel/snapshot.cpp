// What a program is handed by its predecessor: whatever is taken for a session makes one that works, says the
// same when it is asked, and keeps within its bounds whatever its client sends then.
//
// Input: a byte, whose lowest bit says whether the rest is a whole hand-over, or else the snapshot of one
// session behind which nothing may come.
#include <algorithm>
#include <cstdlib>

#include "tunnel/hand_over.h"
#include "tunnel/session.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::tunnel;

class Silent final : public Observer {
 public:
  void to_send() override {}
  void incoming(StreamNumber, StreamKind, const Target&) override {}
  void opened(StreamNumber) override {}
  void can_open() override {}
  void readable(StreamNumber) override {}
  void writable(StreamNumber) override {}
  void reset(StreamNumber, ResetReason) override {}
  void suspect(ConnectionNumber) override {}
  void over(ConnectionNumber) override {}
  void closed(CloseReason) override {}
};

void go_on(const ServedSnapshot& served) {
  Time now{std::chrono::hours(1'000'000)};
  Silent silent;
  Session session(Role::server, served.session.ours, silent, now);
  session.restore(served.session, now);
  const SessionSnapshot again = session.snapshot(now);
  if (again.sent != served.session.sent || again.next_stream != served.session.next_stream) std::abort();
  const auto same = decode_served(encode({.name = served.name,
                                          .secret = served.secret,
                                          .client = served.client,
                                          .session = again,
                                          .outlets = served.outlets,
                                          .flows = served.flows}));
  if (!same) std::abort();
  const ConnectionNumber next = served.session.highest_connection.value_or(0) + 1;
  if (!session.attach(next, now)) std::abort();
  Buffer room(kMaxPlaintext);
  session.hello(next, room, now);
  for (const StreamSnapshot& stream : served.session.streams) {
    while (session.read(stream.number).state == Session::Read::State::bytes) {
    }
    session.accept(stream.number);
    session.write(stream.number, Buffer(std::min<std::size_t>(session.writable(stream.number), 1'000)));
    session.finish(stream.number);
  }
  for (int i = 0; i < 64 && session.next_record(next, room, now) > 0; ++i)
    now += std::chrono::milliseconds(1);
  session.detach(next, now);
  session.tick(now);
}

void read_whole(Bytes input) {
  auto reader = HandOverReader::open(input);
  while (reader) {
    const auto served = reader->next();
    if (served && !*served) break;
    if (served) go_on(**served);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const Bytes rest(bytes + 1, size - 1);
  if ((bytes[0] & 1U) != 0) {
    read_whole(rest);
  } else if (const auto served = decode_served(rest)) {
    go_on(*served);
  }
  return 0;
}
