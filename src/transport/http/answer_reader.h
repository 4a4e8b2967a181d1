// Reads one answer of HTTP/1, however it is cut. Its body goes out as it comes.
#pragma once

#include <optional>

#include "base/error.h"
#include "site/request_body.h"

namespace rozaneh::http {

class AnswerReader {
 public:
  // Takes bytes up to the answer's end, appends what of them is content to `content`, and answers how many
  // were taken. Bytes of a head that is not complete are not: give them again with what follows. Fails with
  // HttpCarrierError::malformed.
  Result<std::size_t> feed(Bytes bytes, Buffer& content);
  // The connection has ended. Whether that is how this answer ends.
  bool end();

  [[nodiscard]] bool has_head() const { return phase_ != Phase::head; }
  [[nodiscard]] bool done() const { return phase_ == Phase::done; }
  [[nodiscard]] unsigned status() const { return status_; }
  // Once it is done: whether the connection takes another request.
  [[nodiscard]] bool keeps() const { return keeps_; }

 private:
  enum class Phase : std::uint8_t { head, body, to_the_end, done };
  Result<std::size_t> read_head(Bytes bytes);

  Phase phase_ = Phase::head;
  unsigned status_ = 0;
  bool keeps_ = false;
  std::optional<site::RequestBody> body_;  // a body ends in an answer as it does in a request
};

}  // namespace rozaneh::http
