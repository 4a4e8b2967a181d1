// One connection of HTTP/1.x, as nginx serves it.
#pragma once

#include "io/deadline.h"
#include "site/body.h"
#include "site/head_reader.h"
#include "site/request_body.h"
#include "site/service.h"
#include "site/upstream.h"

namespace rozaneh::site {

// While it is idle it holds neither request nor buffer.
class Http1 {
 public:
  Http1(io::Loop& loop, Service& service, io::StreamPtr stream, Buffer early, Arrival arrival, Role role);

  // To the connection's end.
  io::Task<> run();

 private:
  // What follows a request.
  enum class Next : std::uint8_t {
    request,  // another one
    close,    // a close in good order
    linger,   // the same, after what the client still sends
    drop,     // an immediate close
    gone,     // the stream is somebody else's
  };

  io::Task<bool> first_byte();
  io::Task<bool> read_more();
  io::Task<bool> read_head(HeadReader& reader);
  io::Task<Next> one_request();
  io::Task<Next> forward(Request request, Upgrade* to);
  io::Task<Next> finish(const Request& request, Answer answer, bool keep);
  [[nodiscard]] Upgrade* upgrade_for(const Request& request) const;
  io::Task<Next> pass_on(const Request& request, Answer& answer, Exchange& exchange, bool keep);
  io::Task<bool> send_some(io::Chunk& block, bool holds);
  [[nodiscard]] io::Chunk begin(const Request& request, const Answer& answer, bool keep);
  io::Task<Next> forward_upstream(Request request, Buffer content, bool keep);
  io::Task<unsigned> read_body(const Request& request, Buffer& content);
  io::Task<Next> respond(Request request, Answer answer, bool keep);
  io::Task<Next> skip_body(RequestBody& body, bool keep);
  io::Task<bool> send_continue(const Request& request, const Answer& answer);
  io::Task<bool> send(const Request& request, Answer& answer, bool keep);
  io::Task<bool> send_block(Bytes block);
  io::Task<> end(Next next);

  [[nodiscard]] bool keeps_alive(const Request& request) const;
  static std::size_t fill(MutableBytes room, Body& body, bool chunked);
  void drop_input(std::size_t count);

  io::Loop& loop_;
  Service& service_;
  io::StreamPtr stream_;
  Buffer input_;  // read and not used: less than a block
  Arrival arrival_;
  Role role_;
  HeadBudget budget_;
  unsigned requests_ = 0;
  io::Clock::time_point started_;
};

}  // namespace rozaneh::site
