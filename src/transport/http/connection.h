// One place in which a client's requests follow one another: a connection that is used again as long as that
// works, and made anew when it does not.
#pragma once

#include "io/dial.h"
#include "transport/http/answer_reader.h"
#include "transport/http/request.h"
#include "transport/web/dialing.h"

namespace rozaneh::http {

// Where requests go, and how they look.
struct Road {
  web::Destination destination;
  std::optional<Target> via;  // a forwarding proxy
  RequestShape shape;
  std::uint8_t poll = 0;  // seconds
};

class Connection {
 public:
  // All of it outlives the connection.
  Connection(io::Loop& loop, const Road& road, io::Dialer& dialer)
      : loop_(loop), road_(road), dialer_(dialer) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Makes a request and answers what begins the bridge's answer to it. Where a connection that was used
  // before turns out to be dead, the request goes out once more on a fresh one.
  io::Task<Result<AnswerHead>> ask(Token token, Bytes body);

  // What follows in that answer, as it comes; empty: that was all.
  io::Task<Result<Buffer>> more();

  // Ends what is under way, and whatever comes later.
  void abort() noexcept;

 private:
  io::Task<Result<>> dial();
  io::Task<Result<io::StreamPtr>> secure(io::StreamPtr raw);
  io::Task<Result<AnswerHead>> exchange(const Token& token, Bytes request);
  io::Task<Result<>> send(Bytes request);
  // Reads on, within the limit; false: the connection has ended in good order, and so has the answer.
  io::Task<Result<bool>> read(io::Clock::duration limit);
  Result<> digest();
  [[nodiscard]] Error refusal() const;
  void drop();

  io::Loop& loop_;
  const Road& road_;
  io::Dialer& dialer_;
  io::StreamPtr stream_;
  bool used_ = false;     // it has carried an answer
  bool touched_ = false;  // bytes of an answer have come
  bool aborted_ = false;
  Buffer input_;
  Buffer content_;
  AnswerReader reader_;
};

}  // namespace rozaneh::http
