// HTTP/1.x as censors read it: methods, targets and Host, also where a strict parser would refuse.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "lab/recognise/looks.h"

namespace rozaneh::lab {

// Whether a client's stream begins with a method of RFC 9110, PATCH (RFC 5789), PRI (HTTP/2's preface) or one
// of WebDAV's (RFC 4918), and a space. Methods are upper case (RFC 9110 section 9.1). Up to two empty lines
// before them are passed over (RFC 9112 section 2.2). RTSP begins likewise.
Looks looks_like_http(Bytes up);

// Whether a server's stream begins with "HTTP/", a version of two digits, a space and a status of three
// digits.
Looks looks_like_http_response(Bytes down);

// What stands at the beginning of a client's stream. The views are borrowed.
struct HttpRequest {
  std::string_view method;
  std::string_view target;
  std::string_view version;         // "HTTP/1.1"; empty for HTTP/0.9's "GET /"
  std::optional<std::string> host;  // the first Host field, once it is whole
  bool complete = false;            // the head ended

  // The name that the request is for: that of a target in absolute form or of CONNECT, else Host's; without
  // its port.
  [[nodiscard]] std::optional<std::string> name() const;
};

// The request, as soon as its first line is whole; nullopt before, and for what is no HTTP. Lines may end in
// a bare line feed. Names of fields are taken in any case, also with spaces before the colon; a folded line
// goes on with one space (RFC 9112 section 5.2). Looks at the first 8 KiB and no further.
std::optional<HttpRequest> parse_http_request(Bytes up);

// How many bytes the first request takes, with its head and, by its Content-Length, its body; nullopt while
// the head is not whole. A body in chunks takes all that follows: nobody looks into it.
std::optional<std::size_t> http_request_size(Bytes up);

// The status of a response; nullopt while it cannot be told, or ever.
std::optional<unsigned> http_status(Bytes down);

}  // namespace rozaneh::lab
