// What is read of a request's fields beside the site.
#pragma once

#include <optional>

#include "base/address.h"
#include "site/request.h"

namespace rozaneh::web {

// Takes the next of a list with commas, without spaces around it.
std::string_view take_item(std::string_view& list);

// The first entry of X-Forwarded-For: the client as a web server in front knows it, or says he is.
std::optional<IpAddress> origin_of(const site::Request& request);

}  // namespace rozaneh::web
