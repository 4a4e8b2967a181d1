// The implementations of x25519_pair and its like that this CPU can run, for tests of each.
#pragma once

#include <gtest/gtest.h>

#include <ostream>

#include "crypto/simd25519.h"

namespace rozaneh::crypto {

struct Implementation {
  const char* name;
  const Simd25519* simd;

  friend std::ostream& operator<<(std::ostream& out, const Implementation& one) { return out << one.name; }
};

inline std::vector<Implementation> implementations25519() {
  std::vector<Implementation> all{{"scalar", nullptr}};
  if (const auto* simd = simd25519()) all.push_back({"simd", simd});
  return all;
}

}  // namespace rozaneh::crypto
