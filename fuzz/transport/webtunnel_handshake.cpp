// What a web server may answer to a WebTunnel client, and the urls of links and bridge lines.
#include "transport/webtunnel/handshake.h"

#include "fuzz/handshake.h"
#include "transport/web/url.h"
#include "wire/http_head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  const Bytes input(bytes, size);
  fuzz::fuzz_handshake([] { return webtunnel::ClientHandshake("a.example", "/secret"); }, input,
                       kMaxHttpHead);
  const auto url = web::Url::parse(text_of(input));
  fuzz::require(!url || (web::is_path(url->path) && url->server.port != 0));
  return 0;
}
