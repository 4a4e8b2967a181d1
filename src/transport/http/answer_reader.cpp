#include "transport/http/answer_reader.h"

#include <algorithm>
#include <charconv>

#include "transport/http/error.h"
#include "wire/http_head.h"

namespace rozaneh::http {
namespace {

constexpr std::uint64_t kMostBody = std::uint64_t{1} << 32U;
constexpr unsigned kLeastFinal = 200;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > kMostBody) return std::nullopt;
  return value;
}

// "HTTP/1.1 200 OK"
std::optional<unsigned> status_of(std::string_view line) {
  const auto version = take_http_word(line);
  const auto status = number(take_http_word(line));
  if ((version != "HTTP/1.1" && version != "HTTP/1.0") || !status || *status < 100 || *status > 999)
    return std::nullopt;
  return static_cast<unsigned>(*status);
}

bool keeps_connection(const HttpHead& head) {
  const auto said = head.get("connection");
  if (head.start_line.starts_with("HTTP/1.0")) return said && site::same_name(*said, "keep-alive");
  return !said || !site::same_name(*said, "close");
}

}  // namespace

Result<std::size_t> AnswerReader::read_head(Bytes bytes) {
  const auto head = parse_http_head(bytes);
  if (!head) return fail(HttpCarrierError::malformed, std::string(describe(HttpError::malformed)));
  if (!*head) return 0;
  const auto status = status_of((*head)->start_line);
  if (!status) return fail(HttpCarrierError::malformed);
  if (*status < kLeastFinal) return (*head)->size;  // 100 Continue; the answer is still to come
  status_ = *status;
  site::Request shape;
  const auto coding = (*head)->get("transfer-encoding");
  const auto length = (*head)->get("content-length");
  shape.chunked = coding.has_value();
  if (coding && !site::same_name(*coding, "chunked")) return fail(HttpCarrierError::malformed);
  if (length && !coding) {
    shape.content_length = number(*length);
    if (!shape.content_length) return fail(HttpCarrierError::malformed);
  }
  const bool bodiless = status_ == 204 || status_ == 304;
  keeps_ = keeps_connection(**head) && (bodiless || coding || length);
  if (!bodiless) body_.emplace(shape);
  phase_ = bodiless || ((coding || length) && body_->done()) ? Phase::done
           : coding || length                                ? Phase::body
                                                             : Phase::to_the_end;
  return (*head)->size;
}

Result<std::size_t> AnswerReader::feed(Bytes bytes, Buffer& content) {
  std::size_t used = 0;
  while (phase_ == Phase::head) {
    const auto taken = read_head(bytes.subspan(used));
    if (!taken) return taken;
    if (*taken == 0) return used;
    used += *taken;
  }
  const Bytes rest = bytes.subspan(used);
  if (phase_ == Phase::to_the_end) {
    append(content, rest);
    return bytes.size();
  }
  if (phase_ != Phase::body) return used;
  used += body_->feed(rest, &content);
  if (body_->bad()) return fail(HttpCarrierError::malformed);
  if (body_->done()) phase_ = Phase::done;
  return used;
}

bool AnswerReader::end() {
  if (phase_ == Phase::to_the_end) phase_ = Phase::done;
  return phase_ == Phase::done;
}

}  // namespace rozaneh::http
