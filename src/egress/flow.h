// A client's UDP flow at the server: what it sends leaves from a port of ours that is its own, and what comes
// back there is passed on to it.
//
// One port for all destinations (RFC 4787, REQ-1), so that programs which told each other where they are can
// meet. But only from where the client has sent something is anything taken: nobody can reach a client by
// trying our ports, nor say something in another's place. Each destination is judged by itself, and a name
// is resolved here, as for streams.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "base/counters.h"
#include "egress/egress.h"
#include "io/datagrams.h"
#include "io/udp_socket.h"
#include "tunnel/host.h"

namespace rozaneh::egress {

class Flow final {
 public:
  static constexpr std::chrono::minutes kIdle{2};       // RFC 4787, REQ-5: not less
  static constexpr std::size_t kMostRemotes = 512;      // of whom something is taken: those sent to last
  static constexpr std::size_t kMostNames = 16;         // whose addresses are kept
  static constexpr std::size_t kMostQuestions = 4;      // for names, at once
  static constexpr std::size_t kMostWaiting = 8;        // datagrams for a name that is asked for
  static constexpr std::chrono::seconds kNameLife{60};  // of an answer, or of none

  // `target` is the only one that the client may send to, or 0.0.0.0:0. What is borrowed outlives the flow.
  Flow(io::Loop& loop, io::DatagramsPtr inside, Egress& egress, Counters& counters, Target target,
       io::Clock::duration idle_limit = kIdle);
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;
  ~Flow() = default;

  // Runs until the client ends it, or nothing was passed on for the idle limit.
  static io::Task<> run(std::shared_ptr<Flow> self);

  // For who hands it to another process, while nothing runs.
  [[nodiscard]] tunnel::Host::FlowOutlet outlet();
  // In that process, first of all: goes on with sockets of ours, and whom it heard.
  static void resume(const std::shared_ptr<Flow>& self, std::vector<io::Descriptor>& sockets,
                     const std::vector<Endpoint>& remotes);

 private:
  struct Waiting {
    std::uint16_t port = 0;
    Buffer bytes;
  };
  struct Name {
    bool asking = false;
    std::vector<IpAddress> addresses;
    io::Clock::time_point until;
    std::vector<Waiting> waiting;
  };
  using Names = std::map<std::string, Name>;

  static io::Task<> watch(std::shared_ptr<Flow> self);
  static io::Task<> pass_back(std::shared_ptr<Flow> self, bool v6);
  static io::Task<> look_up(std::shared_ptr<Flow> self, std::string name);

  void pass_out(const std::shared_ptr<Flow>& self, const io::Datagram& datagram);
  void pass_to_name(const std::shared_ptr<Flow>& self, const std::string& host, Waiting datagram);
  void send(const std::shared_ptr<Flow>& self, const Endpoint& to, Bytes bytes);
  io::UdpSocket* socket_for(const std::shared_ptr<Flow>& self, bool v6);
  void take(const io::UdpSocket::Arrived& arrived, Bytes bytes);
  Names::iterator room_for_name(const std::string& host);
  void send_to_first_allowed(const std::shared_ptr<Flow>& self, const Name& name, const Waiting& datagram);
  void remember(const Endpoint& remote);
  void count(std::atomic<std::uint64_t>& direction, std::size_t size);
  void drop() { ++counters_.datagrams_dropped; }
  void end();

  io::Loop& loop_;
  io::DatagramsPtr inside_;
  Egress& egress_;
  Counters& counters_;
  std::optional<Target> only_;
  const io::Clock::duration idle_limit_;
  bool over_ = false;
  io::Clock::time_point used_ = io::Clock::now();
  io::Timer idle_;
  std::optional<io::UdpSocket> v4_, v6_;
  std::set<Endpoint> remotes_;
  std::deque<Endpoint> remotes_in_order_;
  Names names_;
  std::size_t questions_ = 0;
};

}  // namespace rozaneh::egress
