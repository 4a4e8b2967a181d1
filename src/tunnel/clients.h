// All clients of a program, whichever loops they live on.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "tunnel/client.h"

namespace rozaneh::tunnel {

// Used from several loops at once. Keeps none of them alive.
class Clients {
 public:
  // The loop outlives the client.
  void add(io::Loop& loop, const std::shared_ptr<Client>& client);

  // Calls `what` for each that is there, on its loop, soon.
  void tell(const std::function<void(Client&)>& what);

  // Ends all sessions. What it answers expires when their servers have been told, as far as they can be.
  std::weak_ptr<void> close();

 private:
  struct Entry {
    io::Loop* loop;
    std::weak_ptr<Client> client;
  };

  std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace rozaneh::tunnel
