// A name server's answer to a signed update, and the key's file: nobody but who has the key is believed.
#include "base/encoding.h"
#include "front/acme/dns_update.h"
#include "fuzz/handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  using namespace rozaneh::front::acme;
  const Bytes input(bytes, size);
  (void)parse_tsig_key(text_of(input));
  TsigKey key{.name = "acme.example", .secret = {}};
  for (std::uint8_t i = 0; i < 32; ++i) key.secret.push_back(i);
  const DnsUpdate update{
      .add = true, .zone = "example.org", .name = "_acme-challenge.example.org", .value = "v", .id = 0x1f75};
  // The MAC that Knot's answer among the seeds was made over, and another.
  const Time now(std::chrono::seconds(0x6b0192e9));
  const auto mac = decode_hex("7607e2f1e7edc0de1d60f5a2927385b4e606641682e3515362e21192daca5f43");
  (void)check_update_answer(input, update, key, *mac, now);
  fuzz::require(!check_update_answer(input, update, key, Buffer(32), now));
  return 0;
}
