#include "transport/webtunnel/handshake.h"

#include <algorithm>

#include "transport/webtunnel/error.h"
#include "wire/http_head.h"

namespace rozaneh::webtunnel {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool says(const HttpHead& head, std::string_view name, std::string_view value) {
  const auto given = head.get(name);
  return given && std::ranges::equal(*given, value, {}, lower);
}

}  // namespace

Result<Step> ClientHandshake::step(Bytes received) {
  if (!asked_) {
    asked_ = true;
    const std::string request = "GET " + path_ + " HTTP/1.1\r\nHost: " + host_ +
                                "\r\nUser-Agent: Go-http-client/1.1\r\n"
                                "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    return Step{.send = concat(bytes_of(request))};
  }
  auto head = parse_http_head(received);
  if (!head) return fail(std::move(head));
  if (!*head) return Step{};
  std::string_view line = (*head)->start_line;
  const auto version = take_http_word(line);
  const auto status = take_http_word(line);
  if (version != "HTTP/1.1") return fail(HttpError::malformed);
  if (status != "101") return fail(WebTunnelError::refused, meaning_of(status));
  if (!says(**head, "connection", "upgrade") || !says(**head, "upgrade", "websocket"))
    return fail(WebTunnelError::not_upgraded);
  return Step{.consumed = (*head)->size, .done = true};
}

}  // namespace rozaneh::webtunnel
