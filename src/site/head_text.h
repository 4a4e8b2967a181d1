// The head of an HTTP/1 answer, fields in nginx's order.
#pragma once

#include <string>

#include "base/address.h"
#include "site/answer.h"

namespace rozaneh::site {

// What a head says beside the answer itself.
struct HeadFacts {
  std::time_t now = 0;
  bool keep_alive = false;
  bool tls = false;
  Endpoint local;
};

std::string head_text(const Request& request, const Answer& answer, const HeadFacts& facts);

// A path of ours as an absolute URL, with the host that the client named or else our own address.
std::string absolute_url(const Request& request, const std::string& path, const HeadFacts& facts);

}  // namespace rozaneh::site
