// Debian's obfs4proxy as a peer: started as Tor would start it, and ended with the object.
//
//     Obfs4proxy bridge = Obfs4proxy::server("obfs4", {.forward_to = echo, .options = {{"iat-mode", "1"}}});
//     connector(bridge.arguments()) ... dial(bridge.endpoint())
//
// Throws std::runtime_error where it cannot be started or says something unexpected.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/arguments.h"

namespace rozaneh::interop {

class Obfs4proxy {
 public:
  struct ServerOptions {
    Endpoint forward_to;  // what Tor calls its ORPort
    Arguments options{};  // as in ServerTransportOptions
  };

  static bool installed();

  // A SOCKS5 proxy on loopback; the arguments of a bridge go into user name and password.
  // `state` are files that it finds in its state: names and contents.
  static Obfs4proxy client(const std::string& transport,
                           const std::map<std::string, std::string>& state = {});
  // A bridge on a free port of loopback.
  static Obfs4proxy server(const std::string& transport, const ServerOptions& options);

  Obfs4proxy(Obfs4proxy&& other) noexcept;
  Obfs4proxy& operator=(Obfs4proxy&&) = delete;
  ~Obfs4proxy();

  // Where it listens.
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  // What a client needs to know of a server: the ARGS of its SMETHOD line.
  [[nodiscard]] const Arguments& arguments() const { return arguments_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  // Its state, a directory of its own, removed with it.
  [[nodiscard]] const std::filesystem::path& state() const { return state_; }

 private:
  Obfs4proxy();
  void start(std::vector<std::string> environment);
  void read_until_done(const std::string& method, const std::string& transport);
  std::string read_line();
  void take_method(std::string_view line);

  std::filesystem::path state_;
  pid_t pid_ = -1;
  int stdin_ = -1;  // closing it tells obfs4proxy to end, even if this process is killed
  int stdout_ = -1;
  Endpoint endpoint_;
  Arguments arguments_;
};

}  // namespace rozaneh::interop
