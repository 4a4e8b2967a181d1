// A Certificate message of a server, and the certificate in it.
#include "lab/recognise/certificate.h"

#include "lab/recognise/tls_key_exchange.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const rozaneh::Bytes input(bytes, size);
  static_cast<void>(rozaneh::lab::read_certificate_message(input));
  static_cast<void>(rozaneh::lab::parse_certificate(input));
  static_cast<void>(rozaneh::lab::read_server_key_exchange(input));
  return 0;
}
