// A TLS connection that a censor watches: each chunk of the input begins with its direction (the top bit) and
// its size, in two bytes. All that is seen must be the same when the bytes come one by one.
#include "lab/recognise/tls.h"

#include <cstdlib>

#include "lab/recognise/ja.h"
#include "lab/recognise/tls_packet.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::lab;

void require(bool holds) {
  if (!holds) std::abort();
}

bool alike(const TlsEvent& a, const TlsEvent& b) {
  return a.direction == b.direction && a.kind == b.kind && a.end == b.end && a.size == b.size &&
         a.detail.index() == b.detail.index();
}

void fingerprint(const tls::ClientHello& hello) {
  require(ja3(hello).size() == 32);
  require(ja4(hello, HelloCarrier::tcp).size() == 36);
}

void take(std::vector<TlsEvent>& all, std::vector<TlsEvent> events) {
  for (auto& event : events) all.push_back(std::move(event));
}

void watch_one_packet(Bytes payload) {
  static_cast<void>(has_client_key_exchange(payload));
  const auto found = client_hello_in_packet(payload);
  if (found) fingerprint(found->hello);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  TlsObserver whole;
  TlsObserver piecewise;
  std::vector<TlsEvent> events;
  std::vector<TlsEvent> same;
  Reader input(Bytes(bytes, size));
  while (const auto head = input.u16()) {
    const auto direction = (*head & 0x8000U) != 0 ? Direction::down : Direction::up;
    const Bytes chunk = *input.bytes(std::min<std::size_t>(*head & 0x7fffU, input.left()));
    watch_one_packet(chunk);
    take(events, whole.feed(direction, chunk));
    for (std::size_t i = 0; i < chunk.size(); ++i) take(same, piecewise.feed(direction, chunk.subspan(i, 1)));
  }
  require(events.size() == same.size() && whole.looks() == piecewise.looks());
  for (std::size_t i = 0; i < events.size(); ++i) require(alike(events[i], same[i]));
  for (const auto& event : events)
    if (const auto* hello = std::get_if<tls::ClientHello>(&event.detail)) fingerprint(*hello);
  return 0;
}
