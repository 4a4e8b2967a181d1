// The dates of HTTP (RFC 9110 section 5.6.7), written and read.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace rozaneh::site {

// "Tue, 14 Nov 2023 22:13:20 GMT".
std::string http_date(std::time_t time);

// Reads that form, RFC 850's and asctime's, as loosely as nginx does (the name of the day and what follows
// the seconds are not looked at); nullopt where it reads none.
std::optional<std::time_t> parse_http_date(std::string_view text);

}  // namespace rozaneh::site
