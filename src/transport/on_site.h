// A transport that lives on a web site which somebody else serves, on one port with it: its connections begin
// as requests of that site, and who does not know its secret sees the site alone.
#pragma once

#include "site/site.h"
#include "transport/transport.h"

namespace rozaneh::transport {

class OnSite {
 public:
  virtual ~OnSite() = default;

  // What the site is made with; outlived by this.
  [[nodiscard]] virtual site::Upgrade& upgrade() = 0;

  // As an Acceptor's.
  [[nodiscard]] virtual Arguments client_arguments() const = 0;
  [[nodiscard]] virtual Endpoint server() const = 0;
};

// For who gets streams that are inside of a transport already: takes each as it is.
std::unique_ptr<Acceptor> open_door();

}  // namespace rozaneh::transport
