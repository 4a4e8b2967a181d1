#include "wire/http_connect_server.h"

#include "wire/http_head.h"

namespace rozaneh {
namespace {

Buffer response(std::string_view status, std::string_view text, std::string_view extra = {}) {
  std::string all = "HTTP/1.1 ";
  all.append(status).append("\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ");
  all.append(std::to_string(text.size() + 1)).append("\r\nConnection: close\r\n").append(extra);
  all.append("\r\n").append(text).append("\n");
  const auto bytes = bytes_of(all);
  return {bytes.begin(), bytes.end()};
}

Step refuse(HttpError error) {
  const auto text = describe(error);
  switch (error) {
    case HttpError::method:
      return {
          .send = response("405 Method Not Allowed",
                           "This port is a proxy. It speaks SOCKS5 and HTTP CONNECT.", "Allow: CONNECT\r\n"),
          .failure = error};
    case HttpError::too_long:
      return {.send = response("431 Request Header Fields Too Large", text), .failure = error};
    default:
      return {.send = response("400 Bad Request", text), .failure = error};
  }
}

Result<Target> parse_request_line(std::string_view line) {
  const auto method = take_http_word(line);
  const auto authority = take_http_word(line);
  if (line != "HTTP/1.1" && line != "HTTP/1.0") return fail(HttpError::malformed);
  if (method != "CONNECT") return fail(HttpError::method);
  auto target = Target::parse(authority);
  if (!target) return fail(HttpError::target);
  return std::move(*target);
}

HttpError code_of(const Error& error) {
  for (const auto code : {HttpError::too_long, HttpError::method, HttpError::target})
    if (error.is(code)) return code;
  return HttpError::malformed;
}

}  // namespace

Result<Step> HttpConnectServer::step(Bytes received) {
  const auto head = parse_http_head(received);
  if (!head) return refuse(code_of(head.error()));
  if (!*head) return Step{};
  auto target = parse_request_line((*head)->start_line);
  if (!target) return refuse(code_of(target.error()));
  request_.target = std::move(*target);
  return Step{.consumed = (*head)->size, .done = true};
}

Buffer HttpConnectServer::reply(SocksReply outcome) const {
  if (outcome == SocksReply::succeeded)
    return concat(bytes_of("HTTP/1.1 200 Connection established\r\n\r\n"));
  const auto text = describe(outcome);
  if (outcome == SocksReply::not_allowed) return response("403 Forbidden", text);
  if (outcome == SocksReply::timed_out) return response("504 Gateway Timeout", text);
  return response("502 Bad Gateway", text);
}

}  // namespace rozaneh
