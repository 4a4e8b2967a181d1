// The client's side of one server: keeps a session there, over whatever ways lead to it, as a policy says.
//
// Lives on one loop. A session is made when the first stream is opened; connections that are lost are
// replaced as long as it lives, and when it has ended the next stream makes a new one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tunnel/credential.h"
#include "tunnel/host.h"
#include "tunnel/policy.h"

namespace rozaneh::tunnel {

// What leads to the server: which way, where there are several, is for it to choose.
class Carrier {
 public:
  virtual ~Carrier() = default;
  // A connection of a transport, ready for the tunnel's hello; never more than `at_once` are tried at once.
  virtual io::Task<Result<io::StreamPtr>> dial(io::Loop& loop, std::size_t at_once) = 0;
  // The last connection brought no session, or fell silent: another way might do better.
  virtual void wasted() {}
  // The server lets our user in no more (TunnelError::credential): told too where nobody waits for the
  // session.
  virtual void shut_out(const Error& /*why*/) {}
};

class Client final : public std::enable_shared_from_this<Client>, private Host::Owner {
 public:
  struct Options {
    crypto::PublicKey server;
    std::optional<Credential> credential{};  // where the server has users
    Policy policy{};
    Parameters ours{.stream_window = 2'097'152, .session_window = 8'388'608};
    io::Clock::duration answer_limit{std::chrono::seconds(30)};  // for the server's hello
  };

  static std::shared_ptr<Client> make(io::Loop& loop, Options options, std::shared_ptr<Carrier> carrier);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() override;

  // A stream to `target`. Where there is a session, it is there at once, and a refusal shows in its first
  // read or write; otherwise it waits until there is one, and fails where the carrier does not reach the
  // server, with TunnelError::credential where that knows no such user.
  io::Task<Result<io::StreamPtr>> open(Target target);

  // The same for a UDP flow to any address.
  io::Task<Result<io::DatagramsPtr>> open_flow();

  // The same, but not waited for: what is written meanwhile goes with the hello. Where no session can be made
  // that shows in the stream's first read or write.
  io::Task<Result<io::StreamPtr>> open_early(Target target);

  // Makes a session, where there is none; answers when it is there.
  io::Task<Result<>> start();

  // From now on connections are used so; those that are there live on by what they were made with.
  void use(Policy policy);

  // The network is another one: connections are made anew, the old ones are not waited for.
  void network_changed();

  // Ends the session; `telling` as in Host::close.
  void close(const std::shared_ptr<void>& telling = nullptr);

  [[nodiscard]] std::size_t connections() const { return host_ ? host_->connections() : 0; }

 private:
  struct Made;
  // One connection that is up.
  struct Up {
    ConnectionNumber number;
    Time retires;
    bool wanted = true;    // false: another one takes over
    bool silent = false;   // and this one is not to be asked
    bool leaving = false;  // it is being ended
    Time heard{};          // when it last brought something
    Time asks{};           // when it is asked for a sign of life, if it brings nothing until then
    Duration pause{};      // before it is asked again
  };
  // Connections that are being made, on the network that there is.
  struct Dials {
    std::size_t under_way = 0;
    Duration pause{};  // after the next failure
    Time not_before{};
  };

  Client(io::Loop& loop, Options options, std::shared_ptr<Carrier> carrier);

  void incoming(Host&, StreamNumber, StreamKind, const Target&) override {}  // servers open none
  void lost(ConnectionNumber connection) override;
  void suspect(ConnectionNumber connection) override;
  void worn(ConnectionNumber connection) override;
  void ended(CloseReason reason) override;

  [[nodiscard]] bool is_at(const std::shared_ptr<Host>& host) const;
  void begin();
  void forget_dials();
  Up* find(ConnectionNumber connection);

  // client_keep.cpp: how many connections there are, and which.
  static io::Task<> keep(std::shared_ptr<Client> self, std::shared_ptr<Host> host);
  void replace_worn(Time now);
  void ask_quiet(Host& host, Time now);
  void rest_if_idle(Host& host, Time now);
  bool may_dial(Host& host, Time now);
  void make_room(Host& host);
  void retire_replaced(Host& host);
  [[nodiscard]] std::size_t most() const;
  [[nodiscard]] std::size_t wanted_now() const;
  // When one of these has something to do.
  [[nodiscard]] std::optional<Time> next_look(const Host& host) const;

  // client_connect.cpp: one connection.
  static io::Task<> dial(std::shared_ptr<Client> self, std::shared_ptr<Host> host, std::size_t at_once);
  io::Task<Result<>> connect(std::shared_ptr<Host> host, std::size_t at_once);
  io::Task<Result<Made>> shake(std::shared_ptr<Host> host, io::Stream& stream, ConnectionNumber number);
  Result<> take(Host& host, ConnectionNumber number, const ServerHello& answer);
  void came_up(Host& host, ConnectionNumber number);
  void failed(const std::shared_ptr<Host>& host, const Error& error);

  io::Loop& loop_;
  Options options_;
  std::shared_ptr<Carrier> carrier_;

  std::shared_ptr<Host> host_;
  bool there_ = false;            // the server has the session
  std::optional<Error> failure_;  // of the last attempt to make one
  SessionId name_{};
  SessionSecret secret_;
  std::uint64_t allowed_ = 0;  // connections, by the server
  ConnectionNumber next_ = 0;
  std::vector<Up> up_;
  std::shared_ptr<Dials> dials_;
  Time used_{};           // when there last was a stream
  bool resting_ = false;  // connections were closed for want of streams
  io::Event changed_;
};

}  // namespace rozaneh::tunnel
