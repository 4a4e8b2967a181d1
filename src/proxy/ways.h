// Several ways through, of which the one that works is used.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "proxy/opener.h"
#include "proxy/way.h"

namespace rozaneh::proxy {

// Opens each request by the way that worked last; when that fails to reach its server, by the next one.
// Nothing goes out in any other way.
class Ways final : public Opener {
 public:
  // Makes the dialer that opens plain connections on a loop: TCP, or an upstream proxy.
  using RawDialer = std::function<std::unique_ptr<io::Dialer>(io::Loop&)>;

  // Told when a way begins to work or fails, on any loop's thread; `failure` is null when it works.
  class Observer {
   public:
    virtual ~Observer() = default;
    virtual void way_changed(const WayDialer& way, io::Clock::duration took, const Error* failure) = 0;
    // Told once when this machine, not a way, begins to be the reason why nothing can be opened.
    virtual void held_back(const Error& failure) = 0;
  };

  using List = std::vector<std::shared_ptr<WayDialer>>;

  // The list is not empty; the observer outlives the ways.
  Ways(List list, RawDialer raw, Observer& observer)
      : list_(std::move(list)), raw_(std::move(raw)), observer_(observer) {}

  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, const Request& request) override;

  // Finds a way that works and stays with it; answers whether there is one.
  io::Task<bool> find(io::Loop& loop);

  // Takes another list; streams that are open go on.
  void replace(List list);

 private:
  struct Choice {
    std::shared_ptr<WayDialer> way;  // shared, since the list may be replaced while it is in use
    std::size_t index;
  };
  Choice choice();
  std::size_t size();
  void worked(const Choice& choice, io::Clock::duration took);
  void failed(const Choice& choice, io::Clock::duration took, const Error& error);
  void held_back(const Error& error);

  std::mutex mutex_;
  List list_;
  std::size_t current_ = 0;
  bool current_works_ = false;
  bool held_back_ = false;
  RawDialer raw_;
  Observer& observer_;
};

}  // namespace rozaneh::proxy
