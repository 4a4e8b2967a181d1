#include "io/error.h"

#include <cerrno>
#include <system_error>

namespace rozaneh::io {
namespace {

IoError classify(int code) {
  switch (code) {
    case ECONNREFUSED:
      return IoError::refused;
    case ECONNRESET:
    case EPIPE:
    case ECONNABORTED:
      return IoError::reset;
    case ETIMEDOUT:
      return IoError::timed_out;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return IoError::unreachable;
    case ECANCELED:
    case EBADF:
      return IoError::aborted;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return IoError::no_descriptors;
    case EADDRINUSE:
      return IoError::address_in_use;
    case EACCES:
    case EPERM:
      return IoError::not_permitted;
    default:
      return IoError::other;
  }
}

}  // namespace

std::string_view layer_of(IoError /*error*/) { return "io"; }

std::string_view describe(IoError error) {
  switch (error) {
    case IoError::refused:
      return "the connection was refused";
    case IoError::reset:
      return "the connection was cut";
    case IoError::timed_out:
      return "no answer in time";
    case IoError::unreachable:
      return "no way to that address";
    case IoError::no_such_name:
      return "the name does not resolve";
    case IoError::aborted:
      return "the connection was given up";
    case IoError::ended_early:
      return "the peer closed in the middle of an exchange";
    case IoError::no_descriptors:
      return "out of file descriptors or socket memory";
    case IoError::address_in_use:
      return "the address is in use";
    case IoError::not_permitted:
      return "not permitted";
    case IoError::file:
      return "a file could not be read or written";
    case IoError::other:
      return "the system refused";
  }
  return "unknown";
}

Error from_errno(int code, std::string_view doing) {
  std::string detail{doing};
  if (!detail.empty()) detail.append(": ");
  return {classify(code), detail.append(std::generic_category().message(code))};
}

Error from_system(const boost::system::error_code& code) {
  // Asio's own codes for an operation that we cancelled share ECANCELED's number in the system category.
  return from_errno(code.value());
}

}  // namespace rozaneh::io
