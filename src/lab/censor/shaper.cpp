#include "lab/censor/shaper.h"

#include <algorithm>

namespace rozaneh::lab {
namespace {

Moment time_for(std::uint64_t bytes, std::uint64_t bytes_per_second) {
  return std::chrono::duration_cast<Moment>(
      std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(bytes_per_second)));
}

}  // namespace

BucketKey bucket_of(std::size_t rule, Throttle::Share share, const FlowKey& flow, Direction direction) {
  BucketKey key{.rule = rule, .flow = {}, .direction = direction};
  if (share == Throttle::Share::flow) key.flow = flow;
  if (share == Throttle::Share::client) key.flow.client.address = flow.client.address;
  return key;
}

// Looks through all buckets no more than once a second.
bool Shaper::has_room(const BucketKey& key, Moment now) {
  if (free_at_.size() < kMostBuckets || free_at_.contains(key)) return true;
  if (now >= sweep_at_) {
    std::erase_if(free_at_, [now](const auto& each) { return each.second <= now; });
    sweep_at_ = now + std::chrono::seconds(1);
  }
  return free_at_.size() < kMostBuckets;
}

std::optional<Moment> Shaper::admit(const BucketKey& key, const Throttle& throttle, std::size_t size,
                                    Moment now) {
  if (!has_room(key, now)) return std::nullopt;
  Moment& free_at = free_at_.try_emplace(key, now).first->second;
  const Moment begins = std::max(free_at, now);
  if (begins - now > time_for(throttle.queue, throttle.bytes_per_second)) return std::nullopt;
  free_at = begins + time_for(size, throttle.bytes_per_second);
  return begins;
}

}  // namespace rozaneh::lab
