// A request for a target: what the serving sides of SOCKS5, HTTP CONNECT and the open request have in common.
//
// Two phases. The handshake reads the request and is done without having answered it; the caller dials; then
// it sends reply(outcome), and after SocksReply::succeeded the connection carries the payload.
#pragma once

#include <optional>
#include <string>

#include "base/address.h"
#include "base/handshake.h"
#include "wire/socks_reply.h"

namespace rozaneh {

// A name and a password, both arbitrary bytes. RFC 1929 carries 1 to 255 bytes of each.
struct Credentials {
  std::string username;
  std::string password;

  bool operator==(const Credentials&) const = default;
};

// CMD of RFC 1928 section 4, as far as we do it.
enum class Command : std::uint8_t {
  connect = 1,
  associate = 3,  // UDP ASSOCIATE: the target is where the client's datagrams will come from
};

struct Request {
  Target target;
  Command command = Command::connect;
  std::optional<Credentials> credentials;  // where the application sent some; nobody has checked them
};

class RequestHandshake : public Handshake {
 public:
  // What was asked for; only after a step that was done.
  [[nodiscard]] virtual const Request& request() const = 0;

  // The answer to the request, to be sent as it is.
  [[nodiscard]] virtual Buffer reply(SocksReply outcome) const = 0;
};

}  // namespace rozaneh
