#include "transport/http/request.h"

#include <fmt/format.h>

#include <algorithm>

namespace rozaneh::http {
namespace {

constexpr std::string_view kAgent =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 "
    "Safari/537.36";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '+' ||
         c == '-';
}

}  // namespace

std::string request_head(const RequestShape& shape, const Token& token, std::size_t length) {
  const bool get = token.kind == Kind::down;
  std::string head =
      fmt::format("{} {}{}?{} HTTP/1.1\r\nHost: {}\r\n{}: keep-alive\r\n", get ? "GET" : "POST",
                  shape.absolute ? shape.origin : "", shape.path, serialize_query(token), shape.host,
                  shape.absolute ? "Proxy-Connection" : "Connection");
  if (!get) head += fmt::format("Content-Length: {}\r\n", length);
  head += fmt::format("User-Agent: {}\r\n", kAgent);
  if (!get) head += fmt::format("Content-Type: {}\r\n", shape.type);
  head += "Accept: */*\r\n";
  if (!get) head += fmt::format("Origin: {}\r\n", shape.origin);
  head +=
      fmt::format("Referer: {}/\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en-US,en;q=0.9\r\n\r\n",
                  shape.origin);
  return head;
}

bool is_content_type(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const auto type = text.substr(0, slash);
  const auto subtype = text.substr(slash + 1);
  return !type.empty() && !subtype.empty() && std::ranges::all_of(type, is_letter) &&
         std::ranges::all_of(subtype, is_letter);
}

}  // namespace rozaneh::http
