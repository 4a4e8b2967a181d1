// The DNS server of the lab's far side.
#pragma once

#include <functional>

#include "base/address.h"
#include "base/error.h"

namespace rozaneh::lab {

// Answers UDP queries on port 53 of `at` until it is killed: every name has the two addresses, but what ends
// in ".invalid" has none. Other types than A and AAAA get an empty answer. `ready` is called once it listens.
Result<> serve_names(const IpAddress& at, const IpAddress& v4, const IpAddress& v6,
                     const std::function<void()>& ready);

}  // namespace rozaneh::lab
