// OpenVPN, WireGuard, IPsec, PPTP and SSH. The input is taken whole, in halves as two directions, and as a
// row of datagrams, each behind a byte for its direction and one for its length.
#include "base/reader.h"
#include "fuzz/lab/settles.h"
#include "lab/recognise/ipsec.h"
#include "lab/recognise/openvpn.h"
#include "lab/recognise/pptp.h"
#include "lab/recognise/ssh.h"
#include "lab/recognise/wireguard.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::lab;

template <class Observer>
void observe(Bytes input) {
  Observer observer;
  Reader reader(input);
  auto before = Looks::more;
  while (const auto direction = reader.u8()) {
    const auto length = reader.u8();
    if (!length) break;
    const auto datagram = reader.bytes(std::min<std::size_t>(*length, reader.left()));
    const Buffer exact(datagram->begin(), datagram->end());
    const auto now = observer.add((*direction & 1U) != 0 ? Direction::down : Direction::up, exact);
    fuzz::require(before == Looks::more || now == before);
    before = now;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Bytes input(bytes, size);
  fuzz::require_settles(looks_like_ssh, input);
  fuzz::require_settles(looks_like_pptp, input);
  (void)ssh_identification(input);
  for (const std::uint16_t port : {kIkePort, kIkeNatPort})
    fuzz::require(!begins_ike(input, port) || recognise_ipsec(input, port) != IpsecUdp::none);
  const Bytes up = input.first(size / 2);
  const Bytes down = input.subspan(size / 2);
  fuzz::require_settles([&](Bytes part) { return looks_like_openvpn_over_tcp(part, down); }, up);
  fuzz::require_settles([&](Bytes part) { return looks_like_openvpn_over_tcp(up, part); }, down);
  (void)parse_openvpn(input);
  (void)parse_wireguard(input);
  observe<OpenVpnObserver>(input);
  observe<WireGuardObserver>(input);
  return 0;
}
