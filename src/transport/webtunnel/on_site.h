// WebTunnel on a web site that somebody else serves.
#pragma once

#include "transport/on_site.h"

namespace rozaneh::webtunnel {

// Arguments: `url`, which must be there, `path`, and `http`, which goes on to clients: all are taken here.
Result<std::unique_ptr<transport::OnSite>> make_on_site(const transport::Setup& setup, io::Handler& handler);

}  // namespace rozaneh::webtunnel
