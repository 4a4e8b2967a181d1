// The carrier on a web site that somebody else serves.
#pragma once

#include "transport/on_site.h"

namespace rozaneh::http {

// Arguments: those of Served.
Result<std::unique_ptr<transport::OnSite>> make_on_site(const transport::Setup& setup, io::Handler& handler);

}  // namespace rozaneh::http
