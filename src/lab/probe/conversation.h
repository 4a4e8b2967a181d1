// One probe's side of one connection, without I/O.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"

namespace rozaneh::lab {

class Conversation {
 public:
  virtual ~Conversation() = default;

  // What the prober sends when it is connected.
  virtual Buffer begin() = 0;
  // What it sends after these bytes, each of which is given once.
  virtual Buffer take(Bytes /*received*/) { return {}; }
  // Whether it has seen all that it wants to; else it waits for the end or its time.
  [[nodiscard]] virtual bool is_done() const = 0;
  // Whether the server has shown that it speaks what the probe is for.
  [[nodiscard]] virtual bool is_confirmed() const { return false; }
};

using ConversationPtr = std::unique_ptr<Conversation>;

// Sends once; any answer is all that it wants.
class OneMessage final : public Conversation {
 public:
  explicit OneMessage(Buffer message) : message_(std::move(message)) {}
  Buffer begin() override { return message_; }
  Buffer take(Bytes /*received*/) override {
    answered_ = true;
    return {};
  }
  [[nodiscard]] bool is_done() const override { return answered_; }

 private:
  Buffer message_;
  bool answered_ = false;
};

// One connection that a prober makes.
struct Probe {
  std::string name;    // "R1", "NR1-8"
  std::string sends;   // for people
  unsigned stage = 1;  // a later stage comes only if an earlier one was answered
  ConversationPtr conversation;
};

}  // namespace rozaneh::lab
