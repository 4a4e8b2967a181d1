// What a site's connections share.
#pragma once

#include <atomic>
#include <memory>

#include "site/answer.h"
#include "site/site.h"

namespace rozaneh::site {

// What is done with requests on one connection.
enum class Role : std::uint8_t { site, plain_on_tls, redirect };

struct Service {
  Settings settings;
  std::unique_ptr<Shelf> shelf;  // null where there is an upstream
  Upgrade* upgrade = nullptr;
  // nginx numbers the boundaries of its multipart answers, over all connections.
  std::atomic<std::uint64_t> multiparts{0};

  // The answer to a good request, with all that nginx does to it on its way out.
  Answer answer(const Request& request, Role role);
};

}  // namespace rozaneh::site
