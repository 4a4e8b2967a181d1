// A SOCKS5 UDP association (RFC 1928 section 7): an application's datagrams, carried as a flow of a session.
//
// It lives as long as the TCP connection that asked for it. Datagrams are taken at one port of ours, from the
// address of that connection alone, and from one port: the one that the request named, else the first one
// that sends a datagram of the right form. Everything else, and what is longer than a flow carries, is
// dropped and counted.
#pragma once

#include <memory>

#include "base/counters.h"
#include "io/datagrams.h"
#include "io/idle.h"
#include "io/udp_socket.h"
#include "proxy/opener.h"

namespace rozaneh::proxy {

class Association final {
 public:
  // `application` is where its datagrams come from, with port 0 where that is not known yet. What is borrowed
  // outlives the association.
  Association(io::Loop& loop, Opener& opener, Counters& counters, io::UdpSocket socket, io::DatagramsPtr flow,
              const Endpoint& application);
  Association(const Association&) = delete;
  Association& operator=(const Association&) = delete;
  ~Association() = default;

  // Runs until `control`, the TCP connection, ends, or nothing was passed on for `idle_limit` (zero: never).
  static io::Task<> run(std::shared_ptr<Association> self, io::Stream& control,
                        io::Clock::duration idle_limit);

 private:
  // Shared with the task that receives from it.
  using Flow = std::shared_ptr<io::Datagrams>;

  static io::Task<> pass_out(std::shared_ptr<Association> self);
  static io::Task<> pass_back(std::shared_ptr<Association> self, Flow flow);
  static io::Task<> open_again(std::shared_ptr<Association> self);

  void take(const io::UdpSocket::Arrived& arrived, Bytes bytes);
  void give(const io::Datagram& datagram);
  void count(std::atomic<std::uint64_t>& direction, std::size_t size);
  void drop() { ++counters_.datagrams_dropped; }

  io::Loop& loop_;
  Opener& opener_;
  Counters& counters_;
  io::UdpSocket socket_;
  Flow flow_;
  Endpoint application_;
  std::optional<io::IdleSweep::Entry> idle_;  // while `run` does
  bool over_ = false;
};

}  // namespace rozaneh::proxy
