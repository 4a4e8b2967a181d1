// The HTTP carrier: a stream made of ordinary requests and answers of HTTP/1.1.
// docs/protocols/http.md is the page for people.
#pragma once

#include <memory>

#include "transport/transport.h"

namespace rozaneh::http {

std::unique_ptr<transport::Transport> make_transport();

}  // namespace rozaneh::http
