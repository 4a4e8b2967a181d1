// What a site of files answers, as nginx with Debian's default server block:
//
//     index index.html index.htm index.nginx-debian.html;
//     location / { try_files $uri $uri/ =404; }
#pragma once

#include "site/answer.h"

namespace rozaneh::site {

inline constexpr std::uint64_t kMostBody = 1024 * 1024;  // client_max_body_size

// Before `filter`. Never fails: what goes wrong is an answer.
Answer answer_from_shelf(const Request& request, const Shelf& shelf);

// Port 80: 301 to the same target at https://.
Answer redirect_to_tls(const Request& request);

}  // namespace rozaneh::site
