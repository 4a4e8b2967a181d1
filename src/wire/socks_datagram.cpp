#include "wire/socks_datagram.h"

namespace rozaneh {

Result<SocksDatagram> decode_socks_datagram(Bytes datagram) {
  Reader in(datagram);
  const auto reserved = in.u16();
  const auto fragment = in.u8();
  if (!fragment || *reserved != 0) return fail(SocksError::malformed);
  if (*fragment != 0) return fail(SocksError::fragment);
  auto address = decode_socks_address(in);
  if (!address) return fail(std::move(address));
  if (!*address) return fail(SocksError::malformed);
  return SocksDatagram{.address = std::move(**address), .bytes = in.rest()};
}

Buffer encode_socks_datagram(const SocksDatagram& datagram) {
  Writer out;
  out.u16(0).u8(0);
  encode_socks_address(out, datagram.address);
  out.bytes(datagram.bytes);
  return out.take();
}

}  // namespace rozaneh
