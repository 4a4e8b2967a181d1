// Requests and responses of HTTP/1.x.
#include "lab/recognise/http.h"

#include "fuzz/lab/settles.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  const Bytes input(bytes, size);
  fuzz::require_settles(lab::looks_like_http, input);
  fuzz::require_settles(lab::looks_like_http_response, input);
  (void)lab::http_status(input);
  std::optional<std::string> host;
  for (std::size_t end = 0; end <= size; end += 1 + size / 64) {
    const Buffer exact(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(end));
    const auto request = lab::parse_http_request(exact);
    if (!request) continue;
    (void)request->name();
    fuzz::require(!host || request->host == host);
    host = request->host;
  }
  return 0;
}
