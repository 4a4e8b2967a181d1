// The stream inside TLS 1.3 once the handshake is over, without OpenSSL: see wire/tls/record_protection.h.
#pragma once

#include "io/loop.h"
#include "io/stream.h"
#include "wire/tls/handshake.h"
#include "wire/tls/record_protection.h"

namespace rozaneh::io {

// How long the records are that a server makes, against those who look at lengths.
class RecordShape {
 public:
  virtual ~RecordShape() = default;
  // The zeros that go into a record of `content` bytes, of which `number` with data went before on its
  // connection; content and padding are at most tls::kMaxPlaintext. From any thread.
  [[nodiscard]] virtual std::size_t padding(std::uint64_t number, std::size_t content) const = 0;
};

// It answers key updates, and what the peer says wrong as OpenSSL 3.0 does.
class Tls13Stream final : public Stream {
 public:
  enum class Side { server, client };  // a client is given tickets, which it leaves unused

  // `inner` outlives the stream; `received` is what has been read behind the handshake already.
  Tls13Stream(Loop& loop, Stream& inner, tls::RecordKeys in, tls::RecordKeys out, Bytes received,
              Side side = Side::server);

  // From the next record on; outlives the stream.
  void shape(const RecordShape& shape) { shape_ = &shape; }

  Task<Result<Chunk>> read() override;
  Task<Result<>> write(Bytes bytes) override;
  Task<Result<>> finish() override;
  void abort() noexcept override { inner_.abort(); }
  [[nodiscard]] bool holds_bytes() const override { return rest_is_new_ && tls::holds_record(rest_); }

  // Hands the records to come over to the kernel, if it takes them and no shape was asked for; for good. A
  // peer that then asks for new keys of ours does not get them, since few kernels can change theirs.
  TcpStream* plain_sink() override;

 private:
  // What the records of one read held.
  struct Decoded {
    std::size_t plain = 0;     // bytes of content, moved to the front
    std::size_t consumed = 0;  // of what was there
    std::optional<tls::Alert> wrong;
  };
  Decoded decode(MutableBytes bytes);
  std::optional<tls::Alert> take(const tls::RecordKeys::Opened& record);
  std::optional<tls::Alert> take_handshake(Bytes message);
  std::optional<tls::Alert> take_key_update(Bytes message);
  Task<Result<Chunk>> refuse(tls::Alert alert);
  std::size_t seal_some(Bytes& bytes, MutableBytes room);
  Task<Result<>> send_alert(Bytes content);

  Loop& loop_;
  Stream& inner_;
  tls::RecordKeys in_;
  tls::RecordKeys out_;
  TcpStream* kernel_ = nullptr;  // once it makes the records
  const RecordShape* shape_ = nullptr;
  std::optional<tls::HandshakeReader> tickets_;  // a client's
  Buffer rest_;                                  // of a record that is not all there
  std::uint64_t sent_ = 0;
  std::optional<tls::Alert>
      refused_;  // what the peer did wrong; to be told when the content before it is read
  unsigned empty_records_ = 0;
  bool rest_is_new_ = false;
  bool ended_ = false;
  bool owes_update_ = false;
  bool writing_ = false;
  bool asked_kernel_ = false;
};

}  // namespace rozaneh::io
