// What went wrong at the front, by kind: counted always, told once and then seldom, without anybody's
// address.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string_view>

#include "base/error.h"
#include "base/log.h"

namespace rozaneh::front {

enum class Failure : std::uint8_t {
  outer_tls,    // no handshake came about
  not_a_hello,  // something else than a ClientHello inside; a web client's request is none of these
  hello_too_big,
  hello_too_slow,
  unlisted,      // a hello for a name that is not on the list, or for none
  no_such_name,  // a listed name does not resolve
  no_name_server,
  private_address,  // a listed name leads into a private network
  upstream_refused,
  upstream_silent,
  upstream_unreachable,
  relay_cut,  // while bytes were carried
  no_certificate,
  proxy_header,    // a connection that should begin with one and does not
  neighbour,       // a site that shares the port cannot be reached
  list_unfetched,  // an update of the list of names
  list_refused,
  list_unkept,  // used, but the disk would not take it
};
inline constexpr std::size_t kFailures = 18;

// "an inner hello for a name that is not listed"
std::string_view describe(Failure failure);
// A short name for programs: "unlisted".
std::string_view label(Failure failure);

// From any thread.
class Failures {
 public:
  static constexpr std::chrono::minutes kSilence{10};  // between two lines of one kind

  explicit Failures(Log& log) : log_(log) {}

  // `detail` names an upstream or says what TLS said, never a client.
  void add(Failure failure, std::string_view detail = {});

  // Only counts: who calls it says it in words of his own.
  void tally(Failure failure);

  [[nodiscard]] std::uint64_t count(Failure failure) const;

 private:
  struct Kind {
    std::atomic<std::uint64_t> count{0};
    std::uint64_t told = 0;
    std::chrono::steady_clock::time_point silent_until;
  };

  Log& log_;
  std::mutex mutex_;
  std::array<Kind, kFailures> kinds_;
};

}  // namespace rozaneh::front
