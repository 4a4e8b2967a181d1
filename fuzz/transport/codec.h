// Fuzzes a codec: decodes the input in one read and in small ones, and aborts where the two differ.
#pragma once

#include "fuzz/handshake.h"
#include "transport/codec.h"

namespace rozaneh::fuzz {

struct Decoding {
  Buffer plain;
  std::string failure;

  bool operator==(const Decoding&) const = default;
};

inline Decoding decode_in_reads(transport::Codec& codec, Bytes wire, std::size_t read_size) {
  Decoding all;
  Buffer rest;
  while (!wire.empty() && all.failure.empty()) {
    const Bytes read = wire.first(std::min(read_size, wire.size()));
    wire = wire.subspan(read.size());
    append(rest, read);
    Buffer exact(rest);  // so that a read past the end is seen
    const auto decoded = codec.decode(exact);
    if (!decoded) {
      all.failure = decoded.error().message();
      break;
    }
    require(decoded->plain <= decoded->consumed && decoded->consumed <= exact.size());
    append(all.plain, Bytes(exact).first(decoded->plain));
    const Bytes left = Bytes(exact).subspan(decoded->consumed);
    rest.assign(left.begin(), left.end());
  }
  // A failure that followed plaintext comes with the next call.
  if (all.failure.empty()) {
    const auto last = codec.decode(rest);
    if (!last) all.failure = last.error().message();
  }
  return all;
}

// `make` makes a fresh codec, each with the same randomness.
template <class Make>
void fuzz_codec(const Make& make, Bytes wire) {
  const auto expected = decode_in_reads(*make(), wire, std::max<std::size_t>(1, wire.size()));
  for (const std::size_t read_size : {1 + wire.size() / 256, 7 + wire.size() / 64})
    require(decode_in_reads(*make(), wire, read_size) == expected);
}

}  // namespace rozaneh::fuzz
