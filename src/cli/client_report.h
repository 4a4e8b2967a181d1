// What a client says of its ways: while it runs, and to `rozaneh status`.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "proxy/candidate.h"

namespace rozaneh::cli {

// Says which way is tried, works or fails, and why; used from all loops' threads.
class ClientReport final : public proxy::Observer {
 public:
  explicit ClientReport(Console& console) : console_(console) {}

  void race_started(std::size_t candidates, std::string_view why) override;
  void candidate_started(const proxy::Candidate& candidate) override;
  void candidate_lost(const proxy::Candidate& candidate, io::Clock::duration took) override;
  void way_changed(const proxy::Candidate& way, io::Clock::duration took, const Error* failure) override;
  void held_back(const Error& failure) override;

  void network_changed();

 private:
  Console& console_;
};

}  // namespace rozaneh::cli
