// What can go wrong between us and the operating system.
#pragma once

#include <boost/system/error_code.hpp>
#include <string_view>

#include "base/error.h"

namespace rozaneh::io {

enum class IoError {
  refused,         // nobody listens there
  reset,           // the peer, or somebody between, cut the connection
  timed_out,       // no answer in time
  unreachable,     // no route to that host or network
  no_such_name,    // the name does not resolve
  aborted,         // we gave the connection up
  ended_early,     // the peer finished in the middle of an exchange
  no_descriptors,  // out of file descriptors or socket memory
  address_in_use,  // somebody else listens there
  not_permitted,   // the system forbids it
  file,            // a file could not be read or written
  other,
};

std::string_view layer_of(IoError error);
std::string_view describe(IoError error);

// The failure that an errno stands for, with the system's own words as detail.
Error from_errno(int code, std::string_view doing = {});
Error from_system(const boost::system::error_code& code);

}  // namespace rozaneh::io
