// The ClientHello of a QUIC connection, out of what its client sends: the same struct as over TCP.
#pragma once

#include <map>
#include <vector>

#include "lab/recognise/quic_packet.h"
#include "wire/tls/client_hello.h"

namespace rozaneh::lab {

// Whether a datagram begins with a client's Initial packet that its own connection id opens: random bytes
// never are one, nor is a later packet of the same connection.
bool is_quic_client_initial(Bytes datagram);

// One stream of bytes out of CRYPTO frames, which come in any order and may repeat. Keeps at most `limit`
// bytes, and at most 256 gaps.
class QuicCryptoStream {
 public:
  explicit QuicCryptoStream(std::size_t limit) : limit_(limit) {}

  // False where the data reaches beyond the limit or makes too many gaps; it is left out then.
  bool add(std::uint64_t offset, Bytes data);

  // Whether anything was left out.
  [[nodiscard]] bool refused() const { return refused_; }

  // What is there without a gap from the start, borrowed until the next call.
  [[nodiscard]] Bytes beginning() const;

  // Bytes of memory that its data take.
  [[nodiscard]] std::size_t held() const { return data_.capacity(); }

 private:
  std::size_t limit_;
  Buffer data_;
  bool refused_ = false;
  std::map<std::size_t, std::size_t> ranges_;  // start and end of what is there, none touching another
};

// The CRYPTO frames of one packet's frames into `stream`, up to the first frame that may not stand in an
// Initial packet (RFC 9000 section 12.4) or is malformed: false then, or where the stream has no room.
bool take_crypto_frames(Bytes frames, QuicCryptoStream& stream);

inline constexpr std::size_t kMaxQuicHello = std::size_t{16} * 1024;

// Puts the hello together, however it is cut into frames, packets and datagrams, in any order.
class QuicHelloReader {
 public:
  enum class Answer {
    more,      // so far it is a QUIC connection
    hello,     // it is all there
    not_quic,  // the first datagram is no Initial of version 1 or 2, or what they hold is no hello
    too_big,   // longer than `limit` bytes, or in too many pieces
  };

  explicit QuicHelloReader(std::size_t limit = kMaxQuicHello) : limit_(limit), stream_(limit) {}

  // The next datagram from the client. Once the answer is not `more`, it stays. After the first one, what is
  // not an Initial that can be opened is passed over. A Retry, which gives the client new keys, is coped
  // with.
  Answer feed(Bytes datagram);

  // For the answer `hello`.
  [[nodiscard]] const tls::ClientHello& hello() const { return hello_; }
  [[nodiscard]] std::uint32_t version() const { return version_; }
  // Bytes of memory that what has come takes, about.
  [[nodiscard]] std::size_t held() const { return stream_.held(); }

 private:
  void take_packet(Bytes packet, const QuicLongHeader& header);
  std::optional<QuicInitial> open(Bytes packet, const QuicLongHeader& header);
  void judge();

  std::size_t limit_;
  QuicCryptoStream stream_;
  std::uint32_t version_ = 0;
  std::optional<QuicKeys> keys_;
  std::uint64_t expected_ = 0;  // the next packet number
  tls::ClientHello hello_;
  Answer answer_ = Answer::more;
};

}  // namespace rozaneh::lab
