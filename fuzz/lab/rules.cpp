// The rules that look at first packets and at bursts.
#include "base/reader.h"
#include "fuzz/lab/settles.h"
#include "lab/recognise/bursts.h"
#include "lab/recognise/fully_encrypted.h"
#include "lab/recognise/shadowsocks_first.h"
#include "lab/recognise/whitelist.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  using namespace rozaneh::lab;
  const Bytes input(bytes, size);
  const auto paper = exemption_of(input, FullyEncryptedRule::paper);
  const auto opengfw = exemption_of(input, FullyEncryptedRule::opengfw);
  fuzz::require(!paper || paper == opengfw);  // OpenGFW exempts what the paper does, and more
  (void)exemption_of(input, FullyEncryptedRule::ndpi);
  const auto attraction = probe_attraction(input);
  fuzz::require(attraction.entropy >= 0 && attraction.entropy <= 8 && attraction.entropy_weight >= 0);
  // However the first two packets are cut, they are judged the same.
  if (size >= 2)
    fuzz::require(admit(input.first(1), input.subspan(1)) ==
                  admit(input.first(size - 1), input.subspan(size - 1)));
  InnerHandshakeObserver anything;
  InnerHandshakeObserver tls(InnerHandshakeObserver::Around::tls);
  TrojanObserver trojan;
  Reader reader(input);
  while (const auto head = reader.u16()) {
    const auto piece = reader.bytes(std::min<std::size_t>(*head & 0x7fffU, reader.left()));
    const auto direction = (*head & 0x8000U) != 0 ? Direction::down : Direction::up;
    (void)anything.add(direction, *piece);
    (void)tls.add(direction, *piece);
    (void)trojan.add(direction, *piece);
  }
  return 0;
}
