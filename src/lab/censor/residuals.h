// Who is still punished for an earlier flow.
#pragma once

#include <map>
#include <optional>

#include "lab/censor/spec.h"
#include "lab/flow/key.h"

namespace rozaneh::lab {

class Residuals {
 public:
  void begin(std::size_t rule, const Residual& residual, const FlowKey& flow, Moment until);

  // Whether the rule still punishes this flow. `ends` is moved on to `until` if the punishment restarts.
  bool holds(std::size_t rule, const Residual& residual, const FlowKey& flow, Moment now, Moment until);

  [[nodiscard]] bool empty() const { return until_.empty(); }

 private:
  static constexpr std::size_t kMost = 100'000;
  struct Key {
    std::size_t rule;
    FlowKey flow;  // with what does not count left empty
    auto operator<=>(const Key&) const = default;
  };
  static Key key_of(std::size_t rule, Residual::Tuple tuple, const FlowKey& flow);

  std::map<Key, Moment> until_;
};

}  // namespace rozaneh::lab
