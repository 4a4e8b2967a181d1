// The addresses of names, with c-ares: asked for live, kept as long as their TTL says.
//
// A name server that is down does not take down what worked: addresses whose time is over are used for
// another day where nobody answers. A name that does not exist is asked for again after some seconds.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/address.h"
#include "io/event.h"
#include "io/loop.h"

struct ares_channeldata;

namespace rozaneh::io {

// Of one loop, and used on its thread only. Dies before the loop does, and after it has run for the last
// time.
class Resolver {
 public:
  struct Options {
    std::string servers;  // "192.0.2.1:53,[2001:db8::1]:53"; empty: the system's
  };

  static Result<std::unique_ptr<Resolver>> make(Loop& loop, const Options& options);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // All addresses, IPv6 and IPv4 in turn, IPv6 first (RFC 8305 section 4); never empty. Takes an address as
  // it is. Fails with IoError::no_such_name, or timed_out where no name server answers.
  Task<Result<std::vector<IpAddress>>> resolve(std::string name);

  // How often a name server was asked.
  [[nodiscard]] std::uint64_t questions() const { return questions_; }

 private:
  struct Watch;
  struct Entry;
  struct Question;

  explicit Resolver(Loop& loop);
  void ask(const std::string& name, const std::shared_ptr<Entry>& entry);
  void watch(int descriptor, bool readable, bool writable);
  void wait(const std::shared_ptr<Watch>& watch, bool to_read);
  void arm_timer();

  Loop& loop_;
  ares_channeldata* channel_ = nullptr;
  Timer timer_;
  std::map<int, std::shared_ptr<Watch>> watches_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
  std::uint64_t questions_ = 0;
};

}  // namespace rozaneh::io
