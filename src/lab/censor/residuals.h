// Who is still punished for an earlier flow.
#pragma once

#include <map>
#include <optional>

#include "lab/censor/spec.h"
#include "lab/flow/key.h"

namespace rozaneh::lab {

class Residuals {
 public:
  // Begins a punishment, or begins it anew. Of 100,000 at once, a new one pushes another out.
  void begin(std::size_t rule, Residual::Tuple tuple, const FlowKey& flow, Moment until);

  // Whether the rule still punishes this flow.
  [[nodiscard]] bool holds(std::size_t rule, Residual::Tuple tuple, const FlowKey& flow, Moment now) const;

  // Whether anybody may be punished now. Forgets now and then what is over, so that it costs nothing later.
  bool any(Moment now);

 private:
  static constexpr std::size_t kMost = 100'000;
  struct Key {
    std::size_t rule;
    FlowKey flow;  // with what does not count left empty
    auto operator<=>(const Key&) const = default;
  };
  static Key key_of(std::size_t rule, Residual::Tuple tuple, const FlowKey& flow);

  std::map<Key, Moment> until_;
  Moment sweep_at_{};
};

}  // namespace rozaneh::lab
