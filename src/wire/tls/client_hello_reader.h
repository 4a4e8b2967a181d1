// Finds the ClientHello at the start of a connection, for a front that routes by the server's name.
//
// It is given bytes as they are received and consumes none: who forwards the connection keeps all of them.
// The answer never depends on how the hello was cut into records, segments and reads.
#pragma once

#include "wire/tls/client_hello.h"
#include "wire/tls/record.h"

namespace rozaneh::tls {

// A post-quantum hello with a resumed session takes about 2.5 KB.
inline constexpr std::size_t kMaxClientHello = std::size_t{16} * 1024;

class ClientHelloReader {
 public:
  enum class Answer {
    more,     // so far it is a ClientHello
    hello,    // it is all there
    not_tls,  // this connection does not begin with a ClientHello, or with a malformed one
    too_big,  // it would not end within `limit` bytes of the stream, record headers included
  };

  explicit ClientHelloReader(std::size_t limit = kMaxClientHello) : limit_(limit) {}

  // Takes the bytes that follow those of the calls before. Once the answer is not `more`, it stays.
  Answer feed(Bytes received);

  // For the answer `hello`.
  [[nodiscard]] const ClientHello& hello() const { return hello_; }

  // How many bytes of the stream it looked at: up to the last of the hello, or the one that settled the
  // matter. It never looks beyond `limit`, and keeps no more than that.
  [[nodiscard]] std::size_t looked_at() const { return looked_at_; }

 private:
  std::optional<Bytes> next_payload(Bytes& received);
  void take(Bytes payload);
  void judge();
  [[nodiscard]] std::size_t wanted() const;
  [[nodiscard]] std::size_t whole_size() const;

  std::size_t limit_;
  std::size_t looked_at_ = 0;
  RecordReader records_;
  Buffer message_;
  ClientHello hello_;
  Answer answer_ = Answer::more;
};

}  // namespace rozaneh::tls
