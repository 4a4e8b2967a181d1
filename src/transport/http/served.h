// What both kinds of server have in common.
#pragma once

#include "transport/http/gate.h"
#include "transport/web/identity.h"

namespace rozaneh::http {

inline constexpr std::string_view kName = "http";

struct Served {
  web::ServerIdentity identity;
  GateShape shape;
  StreamLimits limits;
  Arguments told;  // what clients are told

  // Arguments: `url`, which must be there; `path`, `type`, `servername`, `streams`.
  static Result<Served> from(const transport::Setup& setup);
};

}  // namespace rozaneh::http
