// A client's ways and all that steers them: what was learned, which network this is, what is carried.
#pragma once

#include "base/counters.h"
#include "cli/client_report.h"
#include "cli/settings.h"
#include "io/local_socket.h"
#include "io/network_watch.h"
#include "proxy/goodput.h"
#include "proxy/way_memory.h"
#include "proxy/ways.h"

namespace rozaneh::cli {

class ClientWays {
 public:
  // All of it outlives the ways.
  ClientWays(const CommonSettings& settings, const Counters& counters, Console& console);

  void begin(const proxy::Ways::List& list, proxy::RawDialer raw, const tunnel::Policy& policy);

  // Watches the network and what is carried, looks for other ways when either asks for it, and answers
  // `rozaneh status`. On this loop, until it ends. What watches is to go before the loop does: see `end`.
  void steer(io::Loop& loop);
  void end();

  [[nodiscard]] proxy::Ways& ways() { return *ways_; }

  // What `rozaneh status` shows.
  [[nodiscard]] nlohmann::json status();

 private:
  void on_network(const io::Network& network, bool changed);
  io::Task<> look_again(io::Loop& loop);
  io::Task<> find_better(io::Loop& loop);
  io::Task<> measure(io::Loop& loop);
  void answer_status(io::Loop& loop);

  const Counters& counters_;
  Console& console_;
  ClientReport report_;
  std::filesystem::path socket_;  // empty: none
  std::unique_ptr<proxy::WayStore> store_;
  proxy::WayMemory memory_;
  std::unique_ptr<proxy::Ways> ways_;
  proxy::Goodput goodput_;
  proxy::CandidatePtr measured_;  // whom the goodput is of
  io::Loop* loop_ = nullptr;
  std::unique_ptr<io::NetworkWatch> watch_;
  std::unique_ptr<io::LocalAnswers> answers_;
  unsigned network_changes_ = 0;
};

// Where a client with these settings answers.
std::filesystem::path status_socket(const std::filesystem::path& state_directory);

}  // namespace rozaneh::cli
