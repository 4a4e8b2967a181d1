// nginx's own pages for what is no file, to the byte.
#pragma once

#include <string>
#include <string_view>

namespace rozaneh::site {

inline constexpr std::string_view kServer = "nginx/1.22.1";

// nginx's own number for "400 Request Header Or Cookie Too Large".
inline constexpr unsigned kHeadTooLarge = 494;
// ... and for "400 The plain HTTP request was sent to HTTPS port".
inline constexpr unsigned kPlainOnTls = 497;

// What stands behind "HTTP/1.1 ": "404 Not Found".
std::string status_line(unsigned status);

// The status that a client sees for one of nginx's own numbers (494 and 497 are 400).
unsigned shown_status(unsigned status);

// The page for a status of 300 and above. `padded`: with the comments that nginx adds for Internet Explorer
// and Chrome, so that they show the page instead of their own.
std::string error_page(unsigned status, bool padded);

}  // namespace rozaneh::site
