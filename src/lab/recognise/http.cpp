#include "lab/recognise/http.h"

#include <array>
#include <charconv>
#include <limits>

#include "base/address.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMaxHead = 8 * 1024;
constexpr std::size_t kEverything = std::numeric_limits<std::size_t>::max();
constexpr std::array<std::string_view, 17> kMethods = {
    "GET ", "HEAD ",     "POST ",      "PUT ",   "DELETE ", "CONNECT ", "TRACE ", "OPTIONS ", "PATCH ",
    "PRI ", "PROPFIND ", "PROPPATCH ", "MKCOL ", "COPY ",   "MOVE ",    "LOCK ",  "UNLOCK "};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_host(std::string_view field) {
  constexpr std::string_view kHost = "host";
  if (field.size() != kHost.size()) return false;
  return std::ranges::equal(field, kHost, {}, lower);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Without the empty lines before a request; nullopt: there may be more of them.
std::optional<std::string_view> begin_of(Bytes up) {
  std::string_view text = text_of(up.first(std::min(up.size(), kMaxHead)));
  for (int lines = 0; lines < 2; ++lines) {
    if (text == "\r" || text.empty()) return std::nullopt;
    if (text.starts_with("\r\n"))
      text.remove_prefix(2);
    else if (text.starts_with("\n"))
      text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  return text;
}

// Takes a whole line off the front, without its end; nullopt: it is not whole.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view take_word(std::string_view& line) {
  const std::size_t end = line.find(' ');
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

// Reads fields until the head ends, or until what is there does.
void read_fields(HttpRequest& request, std::string_view rest) {
  while (const auto line = take_line(rest)) {
    if (line->empty()) {
      request.complete = true;
      return;
    }
    const std::size_t colon = line->find(':');
    std::string value(colon == std::string_view::npos ? "" : trim(line->substr(colon + 1)));
    while (!rest.empty() && is_blank(rest.front())) {
      const auto folded = take_line(rest);
      if (!folded) return;
      value.append(value.empty() ? "" : " ").append(trim(*folded));
    }
    // The next line decides whether this one goes on, so a field is whole when that line's first byte is
    // there.
    if (rest.empty()) return;
    if (colon != std::string_view::npos && !request.host && is_host(trim(line->substr(0, colon))))
      request.host = std::move(value);
  }
}

std::string without_port(std::string_view authority) {
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  if (authority.starts_with('[')) return std::string(authority.substr(0, authority.find(']') + 1));
  return std::string(authority.substr(0, authority.find(':')));
}

}  // namespace

Looks looks_like_http(Bytes up) {
  const auto text = begin_of(up);
  if (!text) return Looks::more;
  bool may_be = false;
  for (const std::string_view method : kMethods) {
    if (text->starts_with(method)) return Looks::yes;
    may_be = may_be || method.starts_with(*text);
  }
  return may_be ? Looks::more : Looks::no;
}

Looks looks_like_http_response(Bytes down) {
  constexpr std::string_view kForm = "HTTP/#.# ###";
  const std::string_view text = text_of(down);
  for (std::size_t i = 0; i < std::min(text.size(), kForm.size()); ++i)
    if (kForm[i] == '#' ? !is_digit(text[i]) : text[i] != kForm[i]) return Looks::no;
  return text.size() < kForm.size() ? Looks::more : Looks::yes;
}

std::optional<HttpRequest> parse_http_request(Bytes up) {
  if (looks_like_http(up) != Looks::yes) return std::nullopt;
  std::string_view rest = *begin_of(up);
  auto line = take_line(rest);
  if (!line) return std::nullopt;
  HttpRequest request;
  request.method = take_word(*line);
  request.target = take_word(*line);
  request.version = *line;
  read_fields(request, rest);
  return request;
}

std::optional<std::size_t> http_request_size(Bytes up) {
  if (looks_like_http(up) != Looks::yes) return std::nullopt;
  constexpr std::string_view kLength = "content-length";
  constexpr std::string_view kEncoding = "transfer-encoding";
  const std::string_view text = *begin_of(up);
  const auto named = [](std::string_view line, std::string_view name) {
    return std::ranges::equal(trim(line.substr(0, line.find(':'))), name, {}, lower);
  };
  std::uint64_t body = 0;
  std::string_view rest = text;
  while (const auto line = take_line(rest)) {
    if (line->empty()) {
      const auto head = static_cast<std::size_t>(rest.data() - text_of(up).data());
      return body > kEverything - head ? kEverything : head + static_cast<std::size_t>(body);
    }
    const std::string_view value = trim(line->substr(std::min(line->find(':'), line->size() - 1) + 1));
    if (named(*line, kLength)) std::from_chars(value.data(), value.data() + value.size(), body);
    if (named(*line, kEncoding)) body = kEverything;
  }
  return std::nullopt;
}

std::optional<std::string> HttpRequest::name() const {
  if (method == "CONNECT") return without_port(target);
  if (const std::size_t scheme = target.find("://");
      !target.starts_with('/') && scheme != std::string_view::npos) {
    const std::string_view rest = target.substr(scheme + 3);
    return without_port(rest.substr(0, rest.find_first_of("/?#")));
  }
  if (!host) return std::nullopt;
  return without_port(*host);
}

std::optional<unsigned> http_status(Bytes down) {
  if (looks_like_http_response(down) != Looks::yes) return std::nullopt;
  const std::string_view text = text_of(down);
  const auto digit = [&](std::size_t at) { return static_cast<unsigned>(text[at] - '0'); };
  return digit(9) * 100 + digit(10) * 10 + digit(11);
}

}  // namespace rozaneh::lab
