// Keeps the list of names current: fetches updates, takes those that are good, and remembers the last.
//
// Whatever goes wrong, the list in use stays. Each kind of failure is counted; that an update cannot be
// fetched is a warning each time, that it is refused an error once a reason.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "front/failures.h"
#include "front/list_update.h"
#include "io/state.h"

namespace rozaneh::front {

// Fetches on a thread of its own, until destroyed.
class ListSource {
 public:
  struct Options {
    std::string url;  // https://, or http:// (the signature is what counts); file:// reads a file
    UpdateTrust trust;
    std::chrono::seconds interval{std::chrono::hours(6)};
    std::string authorities;  // a PEM file to trust in place of the system's; or empty
  };
  // One fetch: a list has some kilobytes.
  static constexpr std::chrono::seconds kFetchLimit{30};

  // Called on the source's thread with each list that was taken.
  using Taken = std::function<void(const NameList&)>;

  // All but the options outlives it.
  ListSource(Options options, io::State& state, Log& log, Failures& failures, Taken taken);
  ~ListSource();
  ListSource(const ListSource&) = delete;
  ListSource& operator=(const ListSource&) = delete;

  // The update that was remembered, if it is still good; call it before `start`.
  std::optional<NameList> remembered();

  void start();
  // Fetches now; from any thread.
  void look();

 private:
  void run(const std::stop_token& stop);
  Result<std::string> fetch(const std::stop_token& stop) const;
  void update(const std::stop_token& stop);

  Options options_;
  io::State& state_;
  Log& log_;
  Failures& failures_;
  Taken taken_;
  std::uint64_t known_;
  std::string last_refusal_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool asked_ = false;
  std::jthread thread_;
};

}  // namespace rozaneh::front
