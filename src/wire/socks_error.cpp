#include "wire/socks_error.h"

namespace rozaneh {

std::string_view layer_of(SocksError) { return "socks"; }

std::string_view describe(SocksError error) {
  switch (error) {
    case SocksError::version:
      return "the other side does not speak this version of SOCKS";
    case SocksError::socks4:
      return "the application speaks SOCKS4; set it to SOCKS5";
    case SocksError::method:
      return "the two sides have no way to authenticate in common";
    case SocksError::credentials:
      return "user name and password must have 1 to 255 bytes each";
    case SocksError::credentials_refused:
      return "the proxy refused the user name or the password";
    case SocksError::malformed:
      return "the message is malformed";
    case SocksError::command:
      return "this command is not supported here";
    case SocksError::address_type:
      return "unknown type of address";
    case SocksError::name:
      return "the destination is not a host name";
    case SocksError::fragment:
      return "pieces of datagrams are not put together";
    case SocksError::refused:
      return "the proxy refused the request";
  }
  return "unknown failure";
}

}  // namespace rozaneh
