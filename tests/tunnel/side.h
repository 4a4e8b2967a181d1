// One end of a session in tests: what its observer was told is written down.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tunnel/session.h"

namespace rozaneh::tunnel::testing {

class Side final : public Observer {
 public:
  Side(Role role, const Parameters& ours, Time now) : session(role, ours, *this, now) {}

  void to_send() override { ++to_sends; }
  void incoming(StreamNumber stream, StreamKind, const Target& target) override {
    targets[stream] = target.to_string();
    new_streams.push_back(stream);
  }
  void opened(StreamNumber stream) override { opened_streams.push_back(stream); }
  void can_open() override {}
  void readable(StreamNumber stream) override { readable_streams.push_back(stream); }
  void writable(StreamNumber stream) override { writable_streams.push_back(stream); }
  void reset(StreamNumber stream, ResetReason reason) override { resets[stream] = reason; }
  void suspect(ConnectionNumber connection) override { suspects.push_back(connection); }
  void over(ConnectionNumber connection) override { overs.push_back(connection); }
  void closed(CloseReason reason) override { close_reason = reason; }

  int to_sends = 0;
  std::map<StreamNumber, std::string> targets;
  std::vector<StreamNumber> new_streams, opened_streams, readable_streams, writable_streams;
  std::map<StreamNumber, ResetReason> resets;
  std::vector<ConnectionNumber> suspects, overs;
  std::optional<CloseReason> close_reason;
  Session session;  // last: it may tell of something from the start
};

}  // namespace rozaneh::tunnel::testing
