// What people and files say about a bridge: certs and the state file.
#include "fuzz/handshake.h"
#include "transport/obfs4/identity.h"

using namespace rozaneh;         // NOLINT(google-build-using-namespace)
using namespace rozaneh::obfs4;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of({data, size});
  if (const auto id = BridgeId::from_cert(text)) fuzz::require(BridgeId::from_cert(id->cert()).has_value());
  if (const auto identity = ServerIdentity::from_json(text)) {
    const auto again = ServerIdentity::from_json(identity->to_json());
    fuzz::require(again && again->to_json() == identity->to_json());
  }
  return 0;
}
