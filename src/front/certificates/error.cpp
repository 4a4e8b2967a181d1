#include "front/certificates/error.h"

namespace rozaneh::front {

std::string_view layer_of(CertificateError /*error*/) { return "certificate"; }

std::string_view describe(CertificateError error) {
  switch (error) {
    case CertificateError::no_chain:
      return "there is no certificate in PEM";
    case CertificateError::no_key:
      return "there is no private key (EC P-256, P-384 or RSA) in PEM";
    case CertificateError::mismatch:
      return "the private key is not the certificate's";
    case CertificateError::broken_chain:
      return "the chain is not in order";
    case CertificateError::names:
      return "it does not cover what it should";
    case CertificateError::time:
      return "it is not valid now";
  }
  return "";
}

}  // namespace rozaneh::front
