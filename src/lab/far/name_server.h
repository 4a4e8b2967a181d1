// The DNS server of the lab's far side.
#pragma once

#include <functional>

#include "base/address.h"
#include "base/error.h"

namespace rozaneh::lab {

// An address of each kind.
struct NamedHost {
  IpAddress v4;
  IpAddress v6;
};

// Answers UDP queries on port 53 of `at` until it is killed: every name is the web site's, but what begins
// with "bridge." is the bridge's, and what ends in ".invalid" is nobody's. Other types than A and AAAA get an
// empty answer. `ready` is called once it listens.
Result<> serve_names(const IpAddress& at, const NamedHost& web, const NamedHost& bridge,
                     const std::function<void()>& ready);

}  // namespace rozaneh::lab
