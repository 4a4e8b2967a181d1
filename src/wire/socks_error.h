// What can go wrong in SOCKS4a and SOCKS5, on either side.
#pragma once

#include "base/error.h"

namespace rozaneh {

enum class SocksError {
  version,
  socks4,
  method,
  credentials,
  credentials_refused,
  malformed,
  command,
  address_type,
  name,
  fragment,
  refused,
};

std::string_view layer_of(SocksError);
std::string_view describe(SocksError);

}  // namespace rozaneh
