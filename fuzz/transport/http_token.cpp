// The query of a request, and the head of an answer, from strangers.
#include "transport/http/token.h"

#include "fuzz/handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  const Bytes input(bytes, size);
  const auto token = http::parse_query(text_of(input));
  if (token) fuzz::require(http::serialize_query(*token) == text_of(input));
  const http::Token request = token.value_or(http::Token());
  const auto head = http::parse_answer_head(input.first(std::min(size, http::AnswerHead::kSize)), request);
  if (head) {
    const auto again = http::serialize_answer_head(*head, request);
    fuzz::require(std::ranges::equal(again, input.first(http::AnswerHead::kSize)));
  }
  return 0;
}
