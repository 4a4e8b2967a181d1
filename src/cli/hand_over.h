// How a bridge's sessions outlive its program: they, the sockets that listen and the connections that streams
// lead to go to the program that takes our place (docs/guides/restart.md). It gets them by descriptors: from
// us, where we start it, or from systemd, which keeps them in between. What is in them that is secret is in
// memory alone.
#pragma once

#include "cli/running.h"
#include "cli/session_server.h"
#include "io/memory_file.h"
#include "io/service_manager.h"
#include "io/successor.h"

namespace rozaneh::cli {

class HandOver {
 public:
  // Takes what was left to us; before there are threads. `stores`: sessions are to be left with the service
  // manager at the end.
  HandOver(Console& console, bool stores);

  // First: the sockets that listen, for the server.
  void give_listeners(io::Server& server);
  // Then, before the loops run: goes on with the sessions that were left to us. `sessions` is null where none
  // are offered.
  void give_sessions(SessionServer* sessions, Running& running);
  // We serve: whoever was there before us may go.
  void ready();

  // On the first loop's thread. Starts the program anew; true: it has all, and we are to end now. False: it
  // did not come up, and nothing has changed.
  bool to_successor(SessionServer* sessions, Running& running);
  // The same, but to the service manager's store; false: there is none.
  bool to_store(SessionServer* sessions, Running& running);

 private:
  struct Estate;
  Result<Estate> gather(SessionServer* sessions, Running& running);
  void say(std::string_view where, const Estate& estate);

  Console& console_;
  std::optional<io::Invocation> invocation_ = io::Invocation::ours();
  std::optional<io::ServiceManager> manager_ = io::ServiceManager::from_environment();
  std::vector<io::Inherited> inherited_ = io::take_inherited();
  bool stores_;
  bool inherited_any_;
};

}  // namespace rozaneh::cli
