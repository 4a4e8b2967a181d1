// Notices when this machine comes into another network, at once and without asking again and again.
#pragma once

#include <functional>
#include <memory>

#include "io/loop.h"
#include "io/network_identity.h"

namespace rozaneh::io {

// The network that this machine is in now; an empty one where the kernel does not say.
Network current_network();

class NetworkWatch {
 public:
  // Called on the loop's thread: with `changed` when connections of before are as good as dead (another
  // gateway or address), without when more has become known of the same network.
  using Told = std::function<void(const Network& network, bool changed)>;

  // Begins to watch (rtnetlink: links, addresses, routes, neighbours of gateways). Where the system does not
  // allow that, nothing is ever told.
  NetworkWatch(Loop& loop, Told told);
  ~NetworkWatch();
  NetworkWatch(const NetworkWatch&) = delete;
  NetworkWatch& operator=(const NetworkWatch&) = delete;

 private:
  struct Watch;
  static Task<> run(Loop& loop, std::shared_ptr<Watch> watch);
  std::weak_ptr<Watch> watch_;  // owned by the task
};

}  // namespace rozaneh::io
