// What a web server may say in HTTP/2 to a WebTunnel client: any bytes in, however they are cut.
#include "fuzz/handshake.h"
#include "transport/webtunnel/h2_client.h"

namespace {

using namespace rozaneh;
using webtunnel::H2Client;

struct Outcome {
  bool opened = false;
  bool at_end = false;
  Buffer content;
  std::string failure;

  bool operator==(const Outcome&) const = default;
};

// Only the way that bytes come in differs: what goes out is looked at in the end.
Outcome converse(Bytes input, std::size_t step) {
  const std::size_t most = input.size();
  H2Client client("a.example", "/secret");
  std::size_t output = 0;
  client.send(Buffer(50'000));
  client.finish();
  while (!input.empty()) {
    const Bytes part = input.first(std::min(step, input.size()));
    input = input.subspan(part.size());
    client.feed(part);
  }
  for (Buffer out = client.output(); !out.empty(); out = client.output()) output += out.size();
  fuzz::require(output < 1024 * 1024);
  Outcome outcome;
  outcome.content.resize(most);
  outcome.content.resize(client.take(outcome.content));
  outcome.opened = client.opened();
  outcome.at_end = client.at_end();
  if (client.failure()) outcome.failure = client.failure()->message();
  client.leave();
  while (!client.output().empty()) {
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Bytes input(bytes, size);
  const Buffer after_settings = concat(Buffer{0, 0, 0, 4, 0, 0, 0, 0, 0}, input);
  for (const Bytes each : {input, Bytes(after_settings)}) {
    const Outcome whole = converse(each, std::max<std::size_t>(each.size(), 1));
    fuzz::require(whole == converse(each, 1));
    fuzz::require(whole == converse(each, 7));
  }
  return 0;
}
