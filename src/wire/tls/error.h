// Why a TLS handshake of ours has failed.
#pragma once

#include "base/error.h"

namespace rozaneh::tls {

enum class TlsError {
  protocol,     // the server broke the protocol; the detail says how
  old_version,  // it speaks TLS 1.2 at most
  certificate,  // its certificate is not to be believed
  refused,      // it sent an alert; the detail is its number
};

constexpr std::string_view layer_of(TlsError /*error*/) { return "tls"; }

constexpr std::string_view describe(TlsError error) {
  switch (error) {
    case TlsError::protocol:
      return "the server broke the protocol";
    case TlsError::old_version:
      return "the server has no TLS 1.3";
    case TlsError::certificate:
      return "the server's certificate is not to be believed";
    case TlsError::refused:
      return "the server ended the handshake with an alert";
  }
  return {};
}

}  // namespace rozaneh::tls
