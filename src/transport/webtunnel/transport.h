// WebTunnel: a stream inside an HTTPS connection that a web server upgrades at a secret path.
// docs/protocols/webtunnel.md is the page for people.
#pragma once

#include <memory>

#include "transport/transport.h"

namespace rozaneh::webtunnel {

std::unique_ptr<transport::Transport> make_transport();

}  // namespace rozaneh::webtunnel
