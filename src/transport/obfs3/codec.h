// An established obfs3 connection's two directions, without I/O.
//
//     each direction  padding 0..4097 | magic 32 | AES-128-CTR of the data
//
// The magic goes out with a side's first data, as obfs4proxy does it; a side that never writes sends none,
// and its peer sees a plain end.
#pragma once

#include "crypto/aes.h"
#include "transport/codec.h"
#include "transport/obfs3/magic.h"

namespace rozaneh::obfs3 {

class PaddedCodec final : public transport::Codec {
 public:
  // `random` outlives the codec.
  PaddedCodec(const DirectionKey& send, const DirectionKey& receive, Random& random);

  transport::Encoded encode(Bytes plain, MutableBytes wire) override;
  // Keeps what it needs of the padding to itself, so that an end in the middle of it is an ordinary end.
  Result<transport::Decoded> decode(MutableBytes wire) override;

 private:
  std::size_t encode_start(MutableBytes wire);

  crypto::AesCtr send_;
  crypto::AesCtr receive_;
  std::optional<Secret<kMagicSize>> magic_;  // until it is sent
  std::optional<MagicScanner> scanner_;      // until the peer's magic has come
  Random& random_;
};

}  // namespace rozaneh::obfs3
