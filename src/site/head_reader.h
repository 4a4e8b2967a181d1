// Reads the head of an HTTP/1 request, however it is cut, and judges it as nginx does.
#pragma once

#include "base/bytes.h"
#include "site/field_line.h"
#include "site/head_budget.h"
#include "site/pages.h"
#include "site/request.h"
#include "site/request_line.h"

namespace rozaneh::site {

class HeadReader {
 public:
  enum class State : std::uint8_t { reading, done, refused };

  HeadReader() = default;
  explicit HeadReader(HeadBudget budget) : budget_(budget) { budget_.next_request(); }

  // Takes bytes until the head is complete or refused; answers how many. A byte that is the reason for
  // refusing is not taken.
  std::size_t feed(Bytes bytes);

  [[nodiscard]] State state() const { return state_; }
  // What to answer once refused: a status, or one of nginx's own numbers.
  [[nodiscard]] unsigned refusal() const { return refusal_; }
  // The request, as far as it was read where it is refused.
  Request take() { return std::move(request_); }
  [[nodiscard]] HeadBudget budget() const { return budget_; }

 private:
  bool feed_line(std::uint8_t byte);
  bool feed_field(std::uint8_t byte);
  void end_of_line();
  void judge(unsigned refused);
  bool refuse(unsigned status);

  State state_ = State::reading;
  bool in_fields_ = false;
  unsigned refusal_ = 0;
  RequestLine line_;
  FieldLine field_;
  HeadBudget budget_;
  Request request_;
};

}  // namespace rozaneh::site
