// What is said to the server behind us and what its answer becomes, as with nginx's
//
//     location / { proxy_pass http://127.0.0.1:PORT; }
#pragma once

#include "base/address.h"
#include "base/error.h"
#include "site/answer.h"
#include "site/pipe.h"
#include "wire/http_head.h"

namespace rozaneh::site {

inline constexpr std::size_t kMostProxiedHead = 4096;  // proxy_buffer_size

// The head of the request as HTTP/1.0; `body` is how much follows.
std::string proxied_request(const Request& request, const Endpoint& upstream, std::uint64_t body);

// The answer without its body, and how that comes.
struct ProxiedAnswer {
  Answer answer;
  BodyEnd end;
  // Whether it is gathered on its way: not where upstream says so (X-Accel-Buffering, which visitors do not
  // see), and not if it is a stream of events, for which everybody with nginx has to say so.
  bool buffered = true;
};

// Fails where the head is none that nginx takes.
Result<ProxiedAnswer> proxied_answer(const Request& request, const HttpHead& head, const Endpoint& upstream);

}  // namespace rozaneh::site
