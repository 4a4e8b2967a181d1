#include "wire/http_head.h"

#include <algorithm>

namespace rozaneh {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// RFC 9110 section 5.6.2.
bool is_token_character(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

// Whether a line end and a tab are the only control characters, as far as the head has come.
bool is_text(std::string_view head) {
  return std::ranges::none_of(head,
                              [](char c) { return is_control(c) && c != '\t' && c != '\r' && c != '\n'; });
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string_view take_line(std::string_view& text) {
  const auto end = text.find(kLineEnd);
  const auto line = text.substr(0, end);
  text.remove_prefix(end + kLineEnd.size());
  return line;
}

std::optional<HttpHead::Field> parse_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto name = line.substr(0, colon);
  const auto value = trim(line.substr(colon + 1));
  if (!std::ranges::all_of(name, is_token_character) || value.find_first_of("\r\n") != std::string_view::npos)
    return std::nullopt;
  return HttpHead::Field{name, value};
}

// `text` is the whole head without its empty line; every line in it is ended.
std::optional<HttpHead> parse_lines(std::string_view text) {
  HttpHead head;
  head.start_line = take_line(text);
  if (head.start_line.empty() || std::ranges::any_of(head.start_line, is_control)) return std::nullopt;
  while (!text.empty()) {
    const auto field = parse_field(take_line(text));
    if (!field) return std::nullopt;
    head.fields.push_back(*field);
  }
  return head;
}

}  // namespace

std::optional<std::string_view> HttpHead::get(std::string_view name) const {
  const auto found =
      std::ranges::find_if(fields, [&](const Field& field) { return same_name(field.name, name); });
  if (found == fields.end()) return std::nullopt;
  return found->value;
}

Result<std::optional<HttpHead>> parse_http_head(Bytes received) {
  const auto text = text_of(received.first(std::min(received.size(), kMaxHttpHead)));
  const auto end = text.find(kHeadEnd);
  if (!is_text(text.substr(0, end))) return fail(HttpError::malformed);
  if (end == std::string_view::npos) {
    if (text.size() == kMaxHttpHead) return fail(HttpError::too_long);
    return std::nullopt;
  }
  auto head = parse_lines(text.substr(0, end + kLineEnd.size()));
  if (!head) return fail(HttpError::malformed);
  head->size = end + kHeadEnd.size();
  return head;
}

std::string_view take_http_word(std::string_view& line) {
  const auto space = line.find(' ');
  const auto word = line.substr(0, space);
  line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  return word;
}

std::string_view layer_of(HttpError) { return "http"; }

std::string_view describe(HttpError error) {
  switch (error) {
    case HttpError::malformed:
      return "this is not HTTP/1.x";
    case HttpError::too_long:
      return "the head is longer than 8 KiB";
    case HttpError::method:
      return "only CONNECT is supported";
    case HttpError::target:
      return "the destination is not HOST:PORT";
    case HttpError::credentials:
      return "a user name must not contain a colon";
    case HttpError::credentials_refused:
      return "the proxy asks for another user name or password";
    case HttpError::refused:
      return "the proxy refused the request";
  }
  return "unknown failure";
}

}  // namespace rozaneh
