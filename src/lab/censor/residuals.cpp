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

void Residuals::begin(std::size_t rule, const Residual& residual, const FlowKey& flow, Moment until) {
  if (until_.size() >= kMost) until_.erase(until_.begin());
  until_[key_of(rule, residual.tuple, flow)] = until;
}

bool Residuals::holds(std::size_t rule, const Residual& residual, const FlowKey& flow, Moment now,
                      Moment until) {
  const auto found = until_.find(key_of(rule, residual.tuple, flow));
  if (found == until_.end()) return false;
  if (found->second <= now) {
    until_.erase(found);
    return false;
  }
  if (residual.restarts) found->second = until;
  return true;
}

}  // namespace rozaneh::lab
