// What nginx asks of a request's parts, whichever version of HTTP carries them. A status other than 0 refuses
// it.
#pragma once

#include "site/request.h"

namespace rozaneh::site {

// Sets target, path and query.
unsigned set_target(Request& request, std::string target);

// Adds a field, and what it says about host, connection and lengths.
unsigned add_field(Request& request, Field field);

// At the head's end: host, length and coding of the body, and the methods that are never served.
unsigned check_head(Request& request);

}  // namespace rozaneh::site
