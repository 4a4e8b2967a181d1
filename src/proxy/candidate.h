// One of several ways to a server, as those see it that choose between them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/dial.h"
#include "io/timer.h"

namespace rozaneh::proxy {

// Used from several loops at once.
class Candidate {
 public:
  virtual ~Candidate() = default;

  // For people: "obfs4 at 192.0.2.1:443".
  [[nodiscard]] virtual std::string label() const = 0;
  [[nodiscard]] virtual std::string transport() const = 0;
  // Host without port: ways to one host fall together.
  [[nodiscard]] virtual std::string server() const = 0;
  // What makes it this one, and no other; never shown or kept, only hashed.
  [[nodiscard]] virtual std::string identity() const = 0;

  // A stream to the server, once bytes have gone both ways and show that the server is there and speaks the
  // transport. `raw` opens the connection to it, and is not needed afterwards.
  virtual io::Task<Result<io::StreamPtr>> dial(io::Loop& loop, io::Dialer& raw) = 0;
};

using CandidatePtr = std::shared_ptr<Candidate>;  // shared, since a list may be replaced while it is in use
using Candidates = std::vector<CandidatePtr>;

// Makes the dialer that opens plain connections on a loop: TCP, or an upstream proxy.
using RawDialer = std::function<std::unique_ptr<io::Dialer>(io::Loop&)>;

// Told what becomes of candidates, on any loop's thread.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void race_started(std::size_t candidates, std::string_view why) = 0;
  virtual void candidate_started(const Candidate& candidate) = 0;
  // Another one won, and this one was ended.
  virtual void candidate_lost(const Candidate& candidate, io::Clock::duration took) = 0;
  // It begins to be used, or fails; `failure` is null when it works.
  virtual void way_changed(const Candidate& candidate, io::Clock::duration took, const Error* failure) = 0;
  // Told once when this machine, not a way, begins to be the reason why nothing can be opened.
  virtual void held_back(const Error& failure) = 0;
};

}  // namespace rozaneh::proxy
