// The header that a front before a server sends. What was understood must survive being written and read
// again.
#include "wire/proxy_protocol.h"

#include "fuzz/handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  const Bytes input(bytes, size);
  const auto found = parse_proxy_header(input);
  if (!found || !*found) {
    fuzz::require(!found || size < kLongestProxyHeader);
    return 0;
  }
  fuzz::require((*found)->size <= size);
  for (const ProxyVersion version : {ProxyVersion::v1, ProxyVersion::v2}) {
    const Buffer written = serialize_proxy_header(version, (*found)->peer);
    const auto again = parse_proxy_header(written);
    fuzz::require(again && *again && (*again)->peer == (*found)->peer);
  }
  return 0;
}
