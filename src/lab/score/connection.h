// A fetch's connections: they block, until the user's patience is over.
#pragma once

#include <memory>
#include <string>

#include "base/address.h"
#include "base/bytes.h"
#include "base/error.h"
#include "io/descriptor.h"
#include "lab/score/patience.h"

namespace rozaneh::lab {

class Connection {
 public:
  virtual ~Connection() = default;

  // Waits for some bytes and answers how many; 0: the peer has finished. IoError::timed_out: patience is
  // over.
  virtual Result<std::size_t> read(MutableBytes into) = 0;
  // Writes all of it.
  virtual Result<> write(Bytes bytes) = 0;
};
using ConnectionPtr = std::unique_ptr<Connection>;

// Over a socket of either kind that is connected; for UDP, one write is one datagram.
class SocketConnection final : public Connection {
 public:
  enum class Kind { tcp, udp };
  // `patience` outlives the connection.
  static Result<std::unique_ptr<SocketConnection>> open(const Endpoint& to, Kind kind, Patience& patience);

  Result<std::size_t> read(MutableBytes into) override;
  Result<> write(Bytes bytes) override;

  [[nodiscard]] int socket() const { return socket_.number(); }
  // Waits until the socket can be read, or written.
  Result<> wait(bool for_writing);

 private:
  SocketConnection(io::Descriptor socket, Patience& patience)
      : socket_(std::move(socket)), patience_(patience) {}

  io::Descriptor socket_;
  Patience& patience_;
};

struct TlsPlan {
  std::string host;     // for the name in the ClientHello, and the certificate
  std::string version;  // "1.2", "1.3", or "" for any
  std::string ciphers;  // of TLS 1.2; "": OpenSSL's own
  bool verify = true;
};

// Shakes hands; fails if another version than the wanted one comes out, too. Trusts whom the system trusts.
Result<ConnectionPtr> open_tls(std::unique_ptr<SocketConnection> raw, const TlsPlan& plan);

}  // namespace rozaneh::lab
