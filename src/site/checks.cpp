#include "site/checks.h"

#include <algorithm>
#include <charconv>

#include "site/pages.h"
#include "site/uri.h"

namespace rozaneh::site {
namespace {

constexpr unsigned kBadRequest = 400;

// Twice in a head, these are refused; of all others the first counts.
bool is_unique(std::string_view name) {
  constexpr std::string_view kUnique[] = {"if-modified-since", "if-unmodified-since", "if-match",
                                          "if-none-match",     "content-length",      "content-range",
                                          "if-range",          "transfer-encoding",   "expect",
                                          "authorization"};
  return std::ranges::any_of(kUnique, [&](std::string_view unique) { return same_name(name, unique); });
}

bool contains_word(std::string_view text, std::string_view word) {
  return lower_case(text).find(word) != std::string::npos;
}

// Digits only, and no more than fits into a signed 64-bit number.
std::optional<std::uint64_t> parse_length(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.front() == '-' || error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

// max_headers, which Debian has brought to 1.22.1 too.
constexpr std::size_t kMostFields = 1000;

unsigned add_host(Request& request, const std::string& value) {
  auto host = host_name(value);
  if (!host || request.get("host") != nullptr) return kBadRequest;
  if (request.host.empty()) request.host = std::move(*host);
  return 0;
}

unsigned check_body(Request& request) {
  const std::string* length = request.get("content-length");
  if (length != nullptr) {
    request.content_length = parse_length(*length);
    if (!request.content_length) return kBadRequest;
  }
  const std::string* coding = request.get("transfer-encoding");
  if (coding == nullptr) return 0;
  if (request.version < Version::http11) return kBadRequest;
  if (!same_name(*coding, "chunked")) return 501;
  if (length != nullptr) return kBadRequest;
  request.chunked = true;
  return 0;
}

}  // namespace

unsigned set_target(Request& request, std::string target) {
  auto uri = resolve(target);
  if (!uri) return kBadRequest;
  request.target = std::move(target);
  request.path = std::move(uri->path);
  request.query = std::move(uri->query);
  return 0;
}

unsigned add_field(Request& request, Field field) {
  if (request.fields.size() >= kMostFields) return kHeadTooLarge;
  if (is_unique(field.name) && request.get(field.name) != nullptr) return kBadRequest;
  if (same_name(field.name, "host")) {
    const unsigned refused = add_host(request, field.value);
    if (refused != 0) return refused;
  }
  if (same_name(field.name, "connection")) {
    if (contains_word(field.value, "close"))
      request.persistence = Persistence::close;
    else if (contains_word(field.value, "keep-alive"))
      request.persistence = Persistence::keep;
  }
  request.fields.push_back(std::move(field));
  return 0;
}

unsigned check_head(Request& request) {
  if (request.get("host") == nullptr && request.version >= Version::http11) return kBadRequest;
  if (const unsigned refused = check_body(request); refused != 0) return refused;
  return request.method == "CONNECT" || request.method == "TRACE" ? 405 : 0;
}

}  // namespace rozaneh::site
