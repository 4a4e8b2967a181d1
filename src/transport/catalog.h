// The list of transports that this program knows: the one place where their names meet.
#pragma once

#include <memory>
#include <vector>

#include "transport/transport.h"

namespace rozaneh::transport {

using Catalog = std::vector<std::unique_ptr<Transport>>;

// All transports, the most advisable first.
Catalog catalog();

// The transport of that name, or null.
const Transport* find(const Catalog& catalog, std::string_view name);

}  // namespace rozaneh::transport
