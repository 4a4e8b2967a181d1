// An HTTP/1 connection without I/O: requests as they come, and the answers to them. How the input is cut must
// not change what is understood.
#include "site/body.h"
#include "site/head_reader.h"
#include "site/head_text.h"
#include "site/request_body.h"
#include "site/static_site.h"

#include <cstdlib>

namespace {

using namespace rozaneh;
using namespace rozaneh::site;

void respond(const Request& request, unsigned refusal) {
  static const auto shelf = default_shelf(1'700'000'000);
  Answer answer = refusal != 0 ? error_answer(request, refusal) : answer_from_shelf(request, *shelf);
  filter(request, answer, 1);
  if (head_text(request, answer, {}).empty()) std::abort();
  const auto length = answer.length;
  const bool head_only = answer.head_only;
  Body body(answer);
  Buffer part(4096);
  std::uint64_t sum = 0;
  while (const std::size_t count = body.read(part)) sum += count;
  if (body.broken() || !body.done()) std::abort();
  if (length && !head_only && *length != sum) std::abort();
}

// What one request makes of the input, in reads of `step` bytes: how much was used, and what for.
struct Outcome {
  std::size_t used = 0;
  HeadReader::State state = HeadReader::State::reading;
  unsigned refusal = 0;
  Request request;
};

Outcome read_one(Bytes input, std::size_t step) {
  HeadReader reader;
  Outcome outcome;
  while (outcome.used < input.size() && reader.state() == HeadReader::State::reading) {
    const Bytes part = input.subspan(outcome.used, std::min(step, input.size() - outcome.used));
    outcome.used += reader.feed(part);
  }
  outcome.state = reader.state();
  outcome.refusal = reader.refusal();
  outcome.request = reader.take();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Bytes input(bytes, size);
  for (int requests = 0; requests < 20 && !input.empty(); ++requests) {
    const Outcome one = read_one(input, input.size());
    const Outcome other = read_one(input, 1);
    if (one.used != other.used || one.state != other.state || one.refusal != other.refusal) std::abort();
    if (one.request.path.find('\0') != std::string::npos ||
        one.request.path.find("/../") != std::string::npos)
      std::abort();
    if (one.state == HeadReader::State::reading) break;
    respond(one.request, one.refusal);
    if (one.state == HeadReader::State::refused) break;
    input = input.subspan(one.used);
    RequestBody body(one.request);
    input = input.subspan(body.feed(input));
    if (!body.done()) break;
  }
  return 0;
}
