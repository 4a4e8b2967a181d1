// What can be wrong with a certificate or its key.
#pragma once

#include "base/error.h"

namespace rozaneh::front {

enum class CertificateError {
  no_chain,      // no certificate in PEM stands where one should
  no_key,        // no private key in PEM, or none of a kind that we use
  mismatch,      // the key is another one's
  broken_chain,  // a certificate was not issued by the one that follows it
  names,         // it does not cover a name that it should
  time,          // it is not valid yet, or no more
};

std::string_view layer_of(CertificateError error);
std::string_view describe(CertificateError error);

}  // namespace rozaneh::front
