// A server's certificates, compressed or not.
#include "wire/tls/certificate_message.h"

#include "crypto/certificate_chain.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rozaneh;
  const Bytes body(data, size);
  (void)tls::decompress_certificate(body);
  if (const auto certificates = tls::parse_certificate(body))
    (void)crypto::CertificateChain::parse(*certificates);
  return 0;
}
