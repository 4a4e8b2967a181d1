// The file of a censor, and what a censor made of it does to a short connection.
#include "lab/censor/spec.h"

#include "fuzz/lab_censor/checked_path.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::lab;
using rozaneh::fuzz::address_of;

Buffer tcp_frame(Side from, std::uint8_t flags, std::uint32_t seq, Bytes payload) {
  const bool up = from == Side::client;
  const std::uint16_t client = 40000;
  const std::uint16_t server = 443;
  return fuzz::framed(
      build_tcp({.source = address_of(false, up ? 2 : 44), .destination = address_of(false, up ? 44 : 2)},
                {.source_port = up ? client : server,
                 .destination_port = up ? server : client,
                 .seq = seq,
                 .ack = 1,
                 .flags = flags},
                payload),
      false);
}

void connect(CensorSpec spec) {
  fuzz::CheckedPath path(std::move(spec), {.scale = 1});
  path.give(Side::client, tcp_frame(Side::client, kSyn, 0, {}));
  path.give(Side::server, tcp_frame(Side::server, kSyn | kAck, 0, {}));
  path.give(Side::client,
            tcp_frame(Side::client, kAck, 1, bytes_of("GET /tor/ HTTP/1.1\r\nHost: a.example\r\n\r\n")));
  path.give(Side::client,
            fuzz::framed(build_udp({.source = address_of(false, 2), .destination = address_of(false, 44)},
                                   50000, 53, bytes_of("x")),
                         false));
  path.wait(std::chrono::seconds(100));
  path.give(Side::server, tcp_frame(Side::server, kAck, 1, Buffer(1400)));
  path.give(Side::client, tcp_frame(Side::client, kRst, 40, {}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  auto spec = parse_censor(text_of(Bytes(bytes, size)), "censors/fuzzed.toml");
  if (!spec) {
    fuzz::require(spec.error().message().contains("censors/fuzzed.toml:"));
    return 0;
  }
  fuzz::require(spec->id == "fuzzed" && !spec->title.empty() &&
                (!spec->rules.empty() || !spec->with.empty()));
  connect(std::move(*spec));
  return 0;
}
