// One connection of HTTP/2, as nginx serves it: a session, a task that reads and a task that writes.
#pragma once

#include <memory>
#include <optional>

#include "io/deadline.h"
#include "io/event.h"
#include "site/h2_session.h"
#include "site/service.h"

namespace rozaneh::site {

// Shared by its two tasks and its tunnels.
class Http2 : public std::enable_shared_from_this<Http2> {
 public:
  Http2(io::Loop& loop, Service& service, io::StreamPtr stream, Arrival arrival);

  // To the connection's end. `early` is what was read already.
  io::Task<> run(Buffer early);

 private:
  friend class H2Tunnel;

  static io::Task<> write_all(std::shared_ptr<Http2> self);
  io::Task<> write_until_end();
  io::Task<Result<>> write_in_pieces(Bytes bytes, std::vector<std::size_t> cuts);
  io::Task<> read_until_end();
  void take(Bytes bytes);
  void respond(H2Session::Ready ready);
  void send(std::uint32_t id, const Request& request, Answer& answer);
  static io::Task<> forward(std::shared_ptr<Http2> self, std::uint32_t id, Request request, Buffer body);
  bool start_tunnel(std::uint32_t id, const Request& request);
  Buffer fields(const Request& request, const Answer& answer);
  static H2Session::Options options_for(const Service& service, const Upgrade* upgrade);
  void wake() { changed_.notify(); }
  void on_news();

  // Time limits: when the one that counts now is due, and what then.
  void note_progress();
  [[nodiscard]] io::Clock::time_point due() const;
  void arm();
  void on_time();

  io::Loop& loop_;
  Service& service_;
  io::StreamPtr stream_;
  Arrival arrival_;
  Upgrade* upgrade_;  // or null
  H2Session session_;
  io::Event changed_;
  std::optional<io::Deadline> limit_;
  io::Clock::time_point started_;
  io::Clock::time_point last_progress_;
  io::Clock::time_point idle_since_;
  bool was_idle_ = true;
  bool asked_ = false;   // there has been a request
  bool gone_ = false;    // nothing comes in any more
  bool waited_ = false;  // the client is what we waited for when we last looked
  bool writes_ = false;  // the writing task lives
  unsigned tunnels_ = 0;
};

}  // namespace rozaneh::site
