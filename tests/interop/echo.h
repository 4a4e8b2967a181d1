// Both ends of a conversation that shows whether bytes arrive: what is sent comes back.
#pragma once

#include <optional>

#include "io/dial.h"
#include "io/listener.h"
#include "io/loop.h"
#include "transport/transport.h"

namespace rozaneh::interop {

// Accepts `count` connections, one after the other, and sends back what comes until its end; `acceptor`, if
// there is one, makes the stream first. `greeting` is sent before anything has come.
io::Task<> serve_echo(io::Loop& loop, io::Listener& listener, transport::Acceptor* acceptor,
                      std::size_t count, Buffer greeting = {});

// Sends `bytes`, reads the greeting and as many bytes, and tells whether they are the same.
io::Task<> check_echo(io::Loop& loop, io::Stream& stream, Bytes bytes, Bytes greeting = {});

// Opens connections by way of a SOCKS5 proxy, with a bridge's arguments as user name and password.
class SocksDialer final : public io::Dialer {
 public:
  SocksDialer(io::Loop& loop, Endpoint proxy, Arguments arguments)
      : loop_(loop), proxy_(proxy), arguments_(std::move(arguments)) {}
  io::Task<Result<io::StreamPtr>> dial(const Target& target) override;

 private:
  io::Loop& loop_;
  Endpoint proxy_;
  Arguments arguments_;
};

// `count` bytes that differ from one place to the next.
Buffer numbered(std::size_t count);

}  // namespace rozaneh::interop
