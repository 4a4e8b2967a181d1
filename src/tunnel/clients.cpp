#include "tunnel/clients.h"

namespace rozaneh::tunnel {

void Clients::add(io::Loop& loop, const std::shared_ptr<Client>& client) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(entries_, [](const Entry& entry) { return entry.client.expired(); });
  entries_.push_back({.loop = &loop, .client = client});
}

void Clients::tell(const std::function<void(Client&)>& what) {
  const std::scoped_lock lock(mutex_);
  for (const Entry& entry : entries_)
    entry.loop->post([client = entry.client, what] {
      if (const auto there = client.lock()) what(*there);
    });
}

std::weak_ptr<void> Clients::close() {
  const auto telling = std::make_shared<char>();
  tell([telling](Client& client) { client.close(telling); });
  return telling;
}

}  // namespace rozaneh::tunnel
