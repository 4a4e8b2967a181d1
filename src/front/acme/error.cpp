#include "front/acme/error.h"

namespace rozaneh::front::acme {

std::string_view layer_of(AcmeError /*error*/) { return "acme"; }

std::string_view describe(AcmeError error) {
  switch (error) {
    case AcmeError::settings:
      return "this cannot be asked of the authority";
    case AcmeError::unreachable:
      return "the authority cannot be reached";
    case AcmeError::refused:
      return "the authority refuses";
    case AcmeError::limited:
      return "the authority wants to be asked less often";
    case AcmeError::lying:
      return "the authority's answer makes no sense";
    case AcmeError::slow:
      return "the authority does not come to an end";
    case AcmeError::challenge:
      return "the proof for the authority could not be put in place";
    case AcmeError::stopped:
      return "ended before the certificate came";
  }
  return "";
}

}  // namespace rozaneh::front::acme
