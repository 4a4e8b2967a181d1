// Drives a handshake in tests as io::drive does, with the input cut into reads of a given size.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/encoding.h"
#include "base/handshake.h"

namespace rozaneh::testing {

// How an exchange ended, in a form that compares and prints.
struct Ending {
  std::string sent;           // in hexadecimal
  std::size_t consumed = 0;   // of the whole input
  std::size_t most_held = 0;  // the most bytes that lay there without progress
  std::string failure;        // empty: none
  bool done = false;

  [[nodiscard]] bool waiting() const { return !done && failure.empty(); }
};

class Exchange {
 public:
  explicit Exchange(Handshake& handshake) : handshake_(handshake) {}

  Ending run(Bytes input, std::size_t read_size) {
    step({});
    for (std::size_t at = 0; at < input.size() && ending_.waiting(); at += read_size) {
      append(held_, input.subspan(at, std::min(read_size, input.size() - at)));
      while (ending_.waiting() && !held_.empty() && step(held_)) {
      }
      ending_.most_held = std::max(ending_.most_held, held_.size());
    }
    return ending_;
  }

 private:
  // Whether it got on.
  bool step(Bytes received) {
    auto step = handshake_.step(received);
    if (!step) {
      ending_.failure = step.error().message();
      return true;
    }
    const bool progress = !step->needs_more();
    ending_.sent += encode_hex(step->send);
    ending_.consumed += step->consumed;
    ending_.done = step->done;
    if (step->failure) ending_.failure = step->failure->message();
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(step->consumed));
    return progress;
  }

  Handshake& handshake_;
  Buffer held_;
  Ending ending_;
};

// Runs a fresh handshake from `make` with the whole input in one read.
template <class Make>
Ending run_whole(const Make& make, Bytes input) {
  auto handshake = make();
  return Exchange(handshake).run(input, std::max<std::size_t>(1, input.size()));
}

// The same in reads of every small size: nothing may depend on how the input was cut.
template <class Make>
void expect_same_for_every_split(const Make& make, Bytes input) {
  const auto whole = run_whole(make, input);
  for (std::size_t size = 1; size <= std::min<std::size_t>(input.size(), 40); ++size) {
    auto handshake = make();
    const auto split = Exchange(handshake).run(input, size);
    EXPECT_EQ(split.sent, whole.sent) << "reads of " << size;
    EXPECT_EQ(split.consumed, whole.consumed) << "reads of " << size;
    EXPECT_EQ(split.done, whole.done) << "reads of " << size;
    EXPECT_EQ(split.failure, whole.failure) << "reads of " << size;
  }
}

// An input that leads to the end, byte for byte: every shorter one must wait, neither failing nor succeeding.
template <class Make>
void expect_complete_only_as_a_whole(const Make& make, Bytes input) {
  EXPECT_TRUE(run_whole(make, input).done);
  for (std::size_t size = 0; size < input.size(); ++size)
    EXPECT_TRUE(run_whole(make, input.first(size)).waiting()) << "cut at " << size;
  expect_same_for_every_split(make, input);
}

// "0501 00" as bytes; spaces are for the reader.
inline Buffer hex(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != ' '; });
  return decode_hex(digits).value();
}

}  // namespace rozaneh::testing
