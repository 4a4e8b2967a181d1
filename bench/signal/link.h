// A connection of the load: TLS to a proxy (or nothing, straight to the backend), within it an inner
// ClientHello with a listed name, then raw bytes. Blocks; any failure is thrown.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace load {

inline constexpr const char* kInnerName = "chat.signal.org";
inline constexpr const char* kOuterName = "proxy.example";

[[noreturn]] void failed(const std::string& doing);

// Where to: a port of the loopback, with TLS or, as "raw:PORT", without.
struct Where {
  std::uint16_t port = 0;
  bool tls = true;
};
Where parse_where(const std::string& text);

// Where sessions come from and go to, one for each thread: TLS resumes with what it finds.
using Session = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;
struct Sessions {
  Session last{nullptr, &SSL_SESSION_free};
  unsigned resumed = 0;
};

class Link {
 public:
  // Connects, shakes hands, sends the inner hello and waits for the byte that answers it. `number` chooses
  // the address that it comes from. `sessions` may be null: a full handshake.
  Link(const Where& where, unsigned number, Sessions* sessions = nullptr);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  // What the backend shall do, see backend.h.
  void order(char kind, std::uint64_t count);
  void send(const char* from, std::size_t size);
  std::size_t some(char* into, std::size_t room);
  void all(char* into, std::size_t size);

  // Leaves the connection open without us: its descriptor.
  int let_go();

 private:
  int descriptor_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, &SSL_free};
};

}  // namespace load
