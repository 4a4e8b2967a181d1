// A policy's file: nothing that is accepted asks for what a client could not do.
#include <cstdlib>

#include "tunnel/policy.h"

using namespace rozaneh;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto policy = tunnel::parse_policy(text_of({data, size}), "policy.toml");
  if (!policy) return 0;
  if (policy->connections == 0 || policy->connections > policy->most) std::abort();
  if (policy->bytes_down != 0 && policy->bytes_down < tunnel::kLeastSent) std::abort();
  if (policy->padding.bytes > tunnel::kMostPadding) std::abort();
  return 0;
}
