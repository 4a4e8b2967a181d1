// Conditional requests by nginx's rules (RFC 9110 section 13), and whether an answer may be compressed.
#pragma once

#include <ctime>
#include <string_view>

#include "site/request.h"

namespace rozaneh::site {

enum class Verdict : std::uint8_t { serve, not_modified, failed };

// What the request's If-... fields make of a file that is there.
Verdict judge(const Request& request, std::string_view etag, std::time_t modified);

// Whether Range is to be looked at: it is in bytes, and If-Range, if any, holds.
bool ranges_apply(const Request& request, std::string_view etag, std::time_t modified);

// Whether the client takes gzip, speaks a version that knows chunks, and is no proxy (gzip_proxied off).
bool takes_gzip(const Request& request);

// Internet Explorer up to 6, which nginx does not keep alive after a POST.
bool is_msie6(const Request& request);

}  // namespace rozaneh::site
