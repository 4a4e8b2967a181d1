// What anybody on the way may answer to the HTTP carrier's client; however it is cut, the outcome is the
// same.
#include "transport/http/answer_reader.h"

#include "fuzz/handshake.h"

namespace {

using rozaneh::Buffer;
using rozaneh::Bytes;
using rozaneh::http::AnswerReader;

struct Outcome {
  bool failed = false;
  bool done = false;
  unsigned status = 0;
  Buffer content;
};

Outcome read_in(Bytes input, std::size_t piece) {
  AnswerReader reader;
  Outcome outcome;
  Buffer waiting;
  while (!input.empty() && !outcome.failed && !reader.done()) {
    const Bytes part = input.first(std::min(piece, input.size()));
    input = input.subspan(part.size());
    rozaneh::append(waiting, part);
    const auto used = reader.feed(waiting, outcome.content);
    outcome.failed = !used;
    if (used) waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(*used));
  }
  outcome.done = reader.done();
  outcome.status = reader.status();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Bytes input(bytes, size);
  const Outcome whole = read_in(input, size + 1);
  const Outcome cut = read_in(input, 1);
  rozaneh::fuzz::require(whole.failed == cut.failed && whole.done == cut.done);
  rozaneh::fuzz::require(whole.failed || (whole.status == cut.status && whole.content == cut.content));
  return 0;
}
