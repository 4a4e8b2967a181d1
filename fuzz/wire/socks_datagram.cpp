// What any program on the machine may send to an association's port. What was understood must survive being
// written and read again.
#include "wire/socks_datagram.h"

#include "fuzz/handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  const Buffer exact(bytes, bytes + size);
  const auto datagram = decode_socks_datagram(exact);
  if (!datagram) return 0;
  fuzz::require(datagram->bytes.size() <= size);
  const Buffer again = encode_socks_datagram(*datagram);
  fuzz::require(again.size() <= kMaxSocksDatagramHead + datagram->bytes.size());
  const auto same = decode_socks_datagram(again);
  fuzz::require(same && same->address == datagram->address);
  fuzz::require(Buffer(same->bytes.begin(), same->bytes.end()) ==
                Buffer(datagram->bytes.begin(), datagram->bytes.end()));
  return 0;
}
