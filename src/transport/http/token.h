// What a request says of itself, in its query, and how an answer says that it belongs to that request.
//
//     query:  v=BASE64URL( MASKED( KIND u8 | POLL u8 | OFFSET u64 ) | STREAM 16 )
//     answer: MARK 8 | MASKED( FLAGS u8 | POSITION u64 ) | bytes
//
// The masks hide nothing from who knows this page: they only leave nothing that is the same in all requests.
// docs/protocols/http.md is the page for people.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace rozaneh::http {

using StreamId = std::array<std::uint8_t, 16>;

enum class Kind : std::uint8_t {
  open = 1,     // POST: makes the stream, unless it is there
  up = 2,       // POST: the body is what stands at OFFSET
  up_end = 3,   // the same, and the direction ends behind it
  down = 4,     // GET: what stands at OFFSET; all before it has been received
  give_up = 5,  // POST: the stream is over
};

struct Token {
  Kind kind = Kind::open;
  std::uint8_t poll = 0;  // seconds that the server may wait before it answers
  std::uint64_t offset = 0;
  StreamId stream{};

  bool operator==(const Token&) const = default;
};

// `v=...`, without the question mark.
std::string serialize_query(const Token& token);
// nullopt: this is none.
std::optional<Token> parse_query(std::string_view query);

struct AnswerHead {
  static constexpr std::size_t kSize = 17;
  static constexpr std::uint8_t kEnd = 1;    // the way down ends at POSITION
  static constexpr std::uint8_t kReset = 2;  // the server's side gave the stream up

  std::uint8_t flags = 0;
  // To what goes up: how much of that was taken, one more once its end was. To a GET: see kEnd. So an answer
  // whose rest was lost on the way is not taken for a whole one.
  std::uint64_t position = 0;

  bool operator==(const AnswerHead&) const = default;
};

std::array<std::uint8_t, AnswerHead::kSize> serialize_answer_head(const AnswerHead& head,
                                                                  const Token& request);
// `bytes` are AnswerHead::kSize; nullopt: an answer to another request, or somebody else's.
std::optional<AnswerHead> parse_answer_head(Bytes bytes, const Token& request);

}  // namespace rozaneh::http
