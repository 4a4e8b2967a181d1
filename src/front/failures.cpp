#include "front/failures.h"

#include <utility>

namespace rozaneh::front {
namespace {

struct Words {
  std::string_view label, text;
  Log::Level level;  // what strangers do is no matter of the operator's
};

constexpr std::array<Words, kFailures> kWords = {{
    {"outer_tls", "TLS handshake that failed", Log::Level::debug},
    {"not_a_hello", "connection with no ClientHello inside", Log::Level::debug},
    {"hello_too_big", "inner ClientHello that is too big", Log::Level::debug},
    {"hello_too_slow", "inner ClientHello that did not come in time", Log::Level::debug},
    {"unlisted", "inner ClientHello for a name that is not listed", Log::Level::debug},
    {"no_such_name", "listed name that does not resolve", Log::Level::warn},
    {"no_name_server", "listed name for which no name server answers", Log::Level::warn},
    {"private_address", "listed name that leads into a private network", Log::Level::warn},
    {"upstream_refused", "server that refuses connections", Log::Level::warn},
    {"upstream_silent", "server that does not answer", Log::Level::warn},
    {"upstream_unreachable", "server that cannot be reached", Log::Level::warn},
    {"relay_cut", "connection that was cut while it was relayed", Log::Level::debug},
    {"no_certificate", "connection while there is no certificate", Log::Level::warn},
    {"proxy_header", "connection without a good PROXY header", Log::Level::warn},
    {"neighbour", "site sharing the port that cannot be reached", Log::Level::warn},
    {"list_unfetched", "update of the list of names that cannot be fetched", Log::Level::warn},
    {"list_refused", "update of the list of names that is refused", Log::Level::error},
    {"list_unkept", "update of the list of names that cannot be kept", Log::Level::warn},
}};

const Words& words(Failure failure) { return kWords.at(static_cast<std::size_t>(failure)); }

}  // namespace

std::string_view describe(Failure failure) { return words(failure).text; }
std::string_view label(Failure failure) { return words(failure).label; }

std::uint64_t Failures::count(Failure failure) const {
  return kinds_.at(static_cast<std::size_t>(failure)).count;
}

void Failures::tally(Failure failure) { ++kinds_.at(static_cast<std::size_t>(failure)).count; }

void Failures::add(Failure failure, std::string_view detail) {
  Kind& kind = kinds_.at(static_cast<std::size_t>(failure));
  const std::uint64_t count = ++kind.count;
  if (!log_.enabled(words(failure).level)) return;
  const auto now = std::chrono::steady_clock::now();
  std::uint64_t fresh = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (now < kind.silent_until) return;
    fresh = count - std::exchange(kind.told, count);
    kind.silent_until = now + kSilence;
  }
  const std::string_view space = detail.empty() ? "" : ": ";
  log_.write(words(failure).level,
             fmt::format("{} ({} since the last such line){}{}", describe(failure), fresh, space, detail));
}

}  // namespace rozaneh::front
