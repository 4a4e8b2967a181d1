#include "lab/censor/residuals.h"

namespace rozaneh::lab {

Residuals::Key Residuals::key_of(std::size_t rule, Residual::Tuple tuple, const FlowKey& flow) {
  FlowKey kept = flow;
  using Tuple = Residual::Tuple;
  if (tuple != Tuple::flow) kept.client.port = 0;
  if (tuple == Tuple::server_port || tuple == Tuple::server) kept.client = {};
  if (tuple == Tuple::client_server || tuple == Tuple::server) {
    kept.server.port = 0;
    kept.protocol = 0;
  }
  return {rule, kept};
}

void Residuals::begin(std::size_t rule, Residual::Tuple tuple, const FlowKey& flow, Moment until) {
  const Key key = key_of(rule, tuple, flow);
  if (until_.size() >= kMost && !until_.contains(key)) until_.erase(until_.begin());
  until_[key] = until;
}

bool Residuals::holds(std::size_t rule, Residual::Tuple tuple, const FlowKey& flow, Moment now) const {
  const auto found = until_.find(key_of(rule, tuple, flow));
  return found != until_.end() && now < found->second;
}

bool Residuals::any(Moment now) {
  if (!until_.empty() && now >= sweep_at_) {
    std::erase_if(until_, [now](const auto& each) { return each.second <= now; });
    sweep_at_ = now + std::chrono::seconds(1);
  }
  return !until_.empty();
}

}  // namespace rozaneh::lab
