#include "transport/http/token.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace rozaneh::http {
namespace {

Token example() {
  Token token{.kind = Kind::up_end, .poll = 20, .offset = 0x0102030405060708U, .stream = {}};
  for (std::size_t i = 0; i < token.stream.size(); ++i) token.stream[i] = static_cast<std::uint8_t>(i + 1);
  return token;
}

TEST(Token, StandsInTheQueryAsThePageSays) {
  const Token token = example();
  const std::string text = serialize_query(token);
  EXPECT_EQ(text.size(), 2U + 35U);
  // Made with Python's hashlib and base64 from the grammar in docs/protocols/http.md.
  EXPECT_EQ(text, "v=Wr5f4LhMw7vvCQECAwQFBgcICQoLDA0ODxA");
  EXPECT_EQ(parse_query(text), token);
}

TEST(Token, OfEachKindComesBack) {
  for (const Kind kind : {Kind::open, Kind::up, Kind::up_end, Kind::down, Kind::give_up}) {
    Token token = example();
    token.kind = kind;
    EXPECT_EQ(parse_query(serialize_query(token)), token);
  }
}

TEST(Token, IsNothingElse) {
  const std::string text = serialize_query(example());
  for (std::size_t length = 0; length < text.size(); ++length)
    EXPECT_FALSE(parse_query(text.substr(0, length)));
  EXPECT_FALSE(parse_query(text + "A"));
  EXPECT_FALSE(parse_query("w" + text.substr(1)));
  EXPECT_FALSE(parse_query(text + "&a=b"));
  for (const unsigned kind : {0U, 6U, 255U}) {
    Token token = example();
    token.kind = static_cast<Kind>(kind);
    EXPECT_FALSE(parse_query(serialize_query(token))) << kind;
  }
}

TEST(AnswerHead, ComesBackToItsOwnRequestOnly) {
  const Token token = example();
  const AnswerHead head{.flags = AnswerHead::kEnd, .position = 123456789};
  const auto bytes = serialize_answer_head(head, token);
  EXPECT_EQ(parse_answer_head(bytes, token), head);
  Token other = token;
  other.offset += 1;
  EXPECT_FALSE(parse_answer_head(bytes, other));
  other = token;
  other.stream[0] ^= 1U;
  EXPECT_FALSE(parse_answer_head(bytes, other));
  EXPECT_FALSE(parse_answer_head(Bytes(bytes).first(AnswerHead::kSize - 1), token));
  EXPECT_FALSE(parse_answer_head(bytes_of("<html><head><tit"), token));
}

}  // namespace
}  // namespace rozaneh::http
