#include "wire/http_connect_client.h"

#include <algorithm>

#include "base/encoding.h"
#include "wire/http_head.h"

namespace rozaneh {
namespace {

std::string basic_field(const Credentials& credentials) {
  auto encoded = encode_base64(bytes_of(credentials.username + ":" + credentials.password));
  encoded.append((4 - encoded.size() % 4) % 4, '=');
  return "Proxy-Authorization: Basic " + encoded + "\r\n";
}

bool is_status(std::string_view text) {
  return text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The three digits of the status, borrowed from the line.
std::optional<std::string_view> parse_status_line(std::string_view line) {
  const auto version = take_http_word(line);
  const auto status = take_http_word(line);
  if ((version != "HTTP/1.1" && version != "HTTP/1.0") || !is_status(status)) return std::nullopt;
  return status;
}

}  // namespace

Result<Step> HttpConnectClient::step(Bytes received) {
  if (!asked_) return ask();
  auto head = parse_http_head(received);
  if (!head) return fail(std::move(head));
  if (!*head) return Step{};
  const auto status = parse_status_line((*head)->start_line);
  if (!status) return fail(HttpError::malformed);
  if (*status == "407") return fail(HttpError::credentials_refused);
  if (!status->starts_with('2')) return fail(HttpError::refused, "status " + std::string(*status));
  return Step{.consumed = (*head)->size, .done = true};
}

Result<Step> HttpConnectClient::ask() {
  asked_ = true;
  const auto authority = target_.to_string();
  std::string request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
  if (credentials_) {
    if (credentials_->username.contains(':')) return fail(HttpError::credentials);
    request += basic_field(*credentials_);
  }
  return Step{.send = concat(bytes_of(request), bytes_of("\r\n"))};
}

}  // namespace rozaneh
