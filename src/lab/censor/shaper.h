// Token buckets: lets so many bytes a second through and makes the rest wait.
#pragma once

#include <map>
#include <optional>

#include "lab/censor/spec.h"
#include "lab/flow/key.h"

namespace rozaneh::lab {

// Whose bucket: what is the same in all that shares it.
struct BucketKey {
  std::size_t rule = 0;
  FlowKey flow;  // with what does not count left empty
  Direction direction{};

  auto operator<=>(const BucketKey&) const = default;
};

BucketKey bucket_of(std::size_t rule, Throttle::Share share, const FlowKey& flow, Direction direction);

class Shaper {
 public:
  // When a packet of `size` bytes may go on, now or later; nullopt: too many wait before it, or 100,000
  // buckets are in use at once, and it is dropped.
  std::optional<Moment> admit(const BucketKey& key, const Throttle& throttle, std::size_t size, Moment now);

 private:
  bool has_room(const BucketKey& key, Moment now);

  static constexpr std::size_t kMostBuckets = 100'000;
  std::map<BucketKey, Moment> free_at_;  // when each bucket has sent all that waits
  Moment sweep_at_{};
};

}  // namespace rozaneh::lab
