// A request as a page's script makes it that fetches something (Chrome 109 by plain HTTP, in its order).
#pragma once

#include <string>

#include "transport/http/token.h"

namespace rozaneh::http {

inline constexpr std::string_view kUsualType = "application/octet-stream";

// What all requests to one bridge have in common.
struct RequestShape {
  std::string host;    // with the port, where it is not the usual one
  std::string origin;  // "http://HOST"
  std::string path;
  std::string type = std::string(kUsualType);  // Content-Type of what goes up
  bool absolute = false;                       // to a forwarding proxy: the target with scheme and host
};

// The head of a request with a body of `length` bytes; a GET has none.
std::string request_head(const RequestShape& shape, const Token& token, std::size_t length);

// Whether a text may stand as a content type: TYPE/SUBTYPE, letters, digits, `.`, `+` and `-`.
bool is_content_type(std::string_view text);

}  // namespace rozaneh::http
