#include "cli/client_report.h"

namespace rozaneh::cli {
namespace {

std::int64_t milliseconds(io::Clock::duration took) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
}

}  // namespace

void ClientReport::race_started(std::size_t candidates, std::string_view why) {
  // With one link there is nothing to tell.
  console_.event("race_started",
                 candidates > 1 ? fmt::format("Looking for a way, among {}: {}.", candidates, why) : "",
                 {{"candidates", candidates}, {"why", why}});
}

void ClientReport::candidate_started(const proxy::Candidate& candidate) {
  console_.event("candidate_started", "", {{"way", candidate.label()}});
}

void ClientReport::candidate_lost(const proxy::Candidate& candidate, io::Clock::duration took) {
  console_.event("candidate_lost", "", {{"way", candidate.label()}, {"ms", milliseconds(took)}});
}

void ClientReport::way_changed(const proxy::Candidate& way, io::Clock::duration took, const Error* failure) {
  const auto ms = milliseconds(took);
  if (failure == nullptr) {
    console_.event("connected", fmt::format("Connected: {}, in {} ms.", way.label(), ms),
                   {{"way", way.label()}, {"ms", ms}});
    return;
  }
  console_.event("unreachable",
                 fmt::format("No way through {}: {} (after {} ms).", way.label(), failure->message(), ms),
                 {{"way", way.label()}, {"ms", ms}, {"reason", failure->message()}});
}

void ClientReport::held_back(const Error& failure) {
  console_.warn("no connection can be opened now: {}", failure.message());
}

void ClientReport::network_changed() {
  console_.event("network_changed", "The network has changed: looking for what works here.");
}

}  // namespace rozaneh::cli
