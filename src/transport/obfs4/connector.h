// The client's side of obfs4.
#pragma once

#include "transport/obfs4/cover.h"
#include "transport/obfs4/key_pool.h"
#include "transport/transport.h"

namespace rozaneh::obfs4 {

// Arguments: cert (or node-id and public-key), iat-mode; cover and cover-policy; all but the first two are
// optional.
Result<std::unique_ptr<transport::Connector>> make_connector(const transport::Setup& setup);

}  // namespace rozaneh::obfs4
