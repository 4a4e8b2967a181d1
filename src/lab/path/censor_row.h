// Censors on a path, one behind the other, with the probers that they send.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "lab/censor/censor.h"
#include "lab/censor/chain.h"
#include "lab/path/topology.h"

namespace rozaneh::lab {

// A censor whose probers run beside the path: in a process on the client's side, from addresses of their own
// (Topology::prober_range). A server is tried for one rule by one at a time.
class ProbingCensor final : public Middlebox, private Prober {
 public:
  ProbingCensor(CensorSpec spec, const Censor::Options& options);

  // Starts the probers, if a rule wants any; call when the networks are made. They end with the lab.
  Result<> start(const Topology& topology);

  void take(Side from, MutableBytes frame, Moment now, Outlet& out) override;
  [[nodiscard]] Moment wakes_at() const override;
  void wake(Moment now, Outlet& out) override;

  [[nodiscard]] const Censor& censor() const { return censor_; }

 private:
  void probe(ProbeOrder order) override;
  void hear(Moment now);

  struct Asked {
    std::size_t rule;
    FlowKey flow;
  };

  double scale_;
  std::uint64_t seed_;
  io::Descriptor probers_;  // carries orders there and verdicts back
  std::uint32_t last_ = 0;
  std::map<std::uint32_t, Asked> asked_;  // and not answered yet
  Moment heard_at_{};
  Censor censor_;
};

class CensorRow final : public Middlebox {
 public:
  struct Place {
    CensorSpec spec;
    Censor::Options options;
  };
  // From the client's side to the server's; none is a wire.
  explicit CensorRow(std::vector<Place> places);

  Result<> start(const Topology& topology);

  void take(Side from, MutableBytes frame, Moment now, Outlet& out) override {
    whole_->take(from, frame, now, out);
  }
  [[nodiscard]] Moment wakes_at() const override { return whole_->wakes_at(); }
  void wake(Moment now, Outlet& out) override { whole_->wake(now, out); }

 private:
  std::vector<std::unique_ptr<ProbingCensor>> censors_;
  std::vector<std::unique_ptr<Chain>> chains_;
  NoMiddlebox wire_;
  Middlebox* whole_ = &wire_;
};

}  // namespace rozaneh::lab
