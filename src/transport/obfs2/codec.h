// An established obfs2 connection's two directions, without I/O: AES-128-CTR and nothing else.
#pragma once

#include "crypto/aes.h"
#include "transport/codec.h"
#include "transport/obfs2/handshake.h"

namespace rozaneh::obfs2 {

class CipherCodec final : public transport::Codec {
 public:
  CipherCodec(const StreamKey& send, const StreamKey& receive);

  // One byte of wire for each of plaintext.
  transport::Encoded encode(Bytes plain, MutableBytes wire) override;
  // Never fails: nothing is authenticated.
  Result<transport::Decoded> decode(MutableBytes wire) override;

 private:
  crypto::AesCtr send_;
  crypto::AesCtr receive_;
};

}  // namespace rozaneh::obfs2
