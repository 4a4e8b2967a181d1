// What a server behind a secret path of a web site is known by: its url, that path, and when the site was
// installed.
#pragma once

#include <ctime>
#include <string>

#include "transport/transport.h"

namespace rozaneh::web {

// Nobody guesses a path that long; one that is drawn has 32 letters and digits, 160 bits.
inline constexpr std::size_t kShortestPath = 16;

struct ServerIdentity {
  std::string url;   // what clients are told; its path is the secret
  std::string path;  // what requests have when they come here
  std::time_t site_installed = 0;

  // From the arguments `url` and `path` of the transport of that name. A path that neither has is drawn and
  // kept, and the time with it, in the record NAME_state.json.
  static Result<ServerIdentity> open(std::string_view transport, const transport::Setup& setup,
                                     std::time_t now);
};

}  // namespace rozaneh::web
