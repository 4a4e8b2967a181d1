#include "transport/http/token.h"

#include "base/encoding.h"
#include "base/reader.h"
#include "base/writer.h"
#include "crypto/hash.h"

namespace rozaneh::http {
namespace {

constexpr std::string_view kName = "v=";
constexpr std::size_t kSaid = 10;  // KIND, POLL and OFFSET
constexpr std::size_t kToken = kSaid + sizeof(StreamId);
constexpr std::size_t kMark = 8;

void mask(MutableBytes bytes, Bytes by) {
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] ^= by[i];
}

Buffer token_bytes(const Token& token) {
  Writer writer;
  writer.u8(static_cast<std::uint8_t>(token.kind)).u8(token.poll).u64(token.offset).bytes(token.stream);
  return writer.take();
}

crypto::Sha256::Output token_mask(const StreamId& stream) {
  return crypto::sha256(bytes_of("rozaneh http 1 request"), Bytes(stream));
}

// What marks and masks the answer to a request.
crypto::Sha256::Output answer_mask(const Token& request) {
  return crypto::sha256(bytes_of("rozaneh http 1 answer"), Bytes(token_bytes(request)));
}

bool is_kind(std::uint8_t value) {
  return value >= static_cast<std::uint8_t>(Kind::open) && value <= static_cast<std::uint8_t>(Kind::give_up);
}

}  // namespace

std::string serialize_query(const Token& token) {
  Buffer bytes = token_bytes(token);
  mask(MutableBytes(bytes).first(kSaid), token_mask(token.stream));
  return std::string(kName) + encode_base64url(bytes);
}

std::optional<Token> parse_query(std::string_view query) {
  if (!query.starts_with(kName)) return std::nullopt;
  auto bytes = decode_base64url(query.substr(kName.size()));
  if (!bytes || bytes->size() != kToken) return std::nullopt;
  Token token;
  copy(token.stream, Bytes(*bytes).subspan(kSaid));
  mask(MutableBytes(*bytes).first(kSaid), token_mask(token.stream));
  Reader reader(*bytes);
  const auto kind = reader.u8();
  const auto poll = reader.u8();
  const auto offset = reader.u64();
  if (!kind || !poll || !offset || !is_kind(*kind)) return std::nullopt;
  token.kind = static_cast<Kind>(*kind);
  token.poll = *poll;
  token.offset = *offset;
  return token;
}

std::array<std::uint8_t, AnswerHead::kSize> serialize_answer_head(const AnswerHead& head,
                                                                  const Token& request) {
  const auto by = answer_mask(request);
  Writer writer;
  writer.bytes(Bytes(by).first(kMark)).u8(head.flags).u64(head.position);
  std::array<std::uint8_t, AnswerHead::kSize> bytes{};
  copy(bytes, writer.view());
  mask(MutableBytes(bytes).subspan(kMark), Bytes(by).subspan(kMark));
  return bytes;
}

std::optional<AnswerHead> parse_answer_head(Bytes bytes, const Token& request) {
  const auto by = answer_mask(request);
  if (bytes.size() != AnswerHead::kSize || !std::ranges::equal(bytes.first(kMark), Bytes(by).first(kMark)))
    return std::nullopt;
  std::array<std::uint8_t, AnswerHead::kSize - kMark> said{};
  copy(said, bytes.subspan(kMark));
  mask(said, Bytes(by).subspan(kMark));
  Reader reader(said);
  AnswerHead head;
  head.flags = *reader.u8();
  head.position = *reader.u64();
  return head;
}

}  // namespace rozaneh::http
