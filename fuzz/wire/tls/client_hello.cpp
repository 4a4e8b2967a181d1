// What reaches a port where a TLS front listens: the reader of ClientHellos, in one read and byte by byte.
#include "wire/tls/client_hello_reader.h"

#include <cstdlib>

namespace {

using namespace rozaneh;
using tls::ClientHelloReader;

void require(bool holds) {
  if (!holds) std::abort();
}

void read(Bytes stream, std::size_t limit) {
  ClientHelloReader whole(limit);
  const auto answer = whole.feed(stream);
  require(whole.looked_at() <= std::min(stream.size(), limit));
  ClientHelloReader piecewise(limit);
  auto same = ClientHelloReader::Answer::more;
  for (std::size_t at = 0; at < stream.size(); ++at) same = piecewise.feed(stream.subspan(at, 1));
  require(answer == same && whole.looked_at() == piecewise.looked_at());
  if (answer == ClientHelloReader::Answer::hello) require(whole.hello() == piecewise.hello());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Bytes input(bytes, size);
  read(input, tls::kMaxClientHello);
  read(input, 200);
  // As one message's body too, which most inputs would reach only by way of a fitting length.
  const auto whole = tls::parse_client_hello(input);
  const auto beginning = tls::parse_client_hello_prefix(input);
  if (whole) require(beginning == whole);
  if (beginning && beginning->server_name)
    require(tls::normal_server_name(*beginning->server_name).size() <= size);
  return 0;
}
