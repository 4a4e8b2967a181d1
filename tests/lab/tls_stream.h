// Recorded TLS connections (tests/lab/tls_traffic.py makes them) for tests of what watches them.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "lab/direction.h"

namespace rozaneh::lab {

struct Passed {
  Direction direction{};
  Buffer bytes;
};

inline std::vector<Passed> recorded(const std::string& name) {
  std::ifstream file(std::string(TEST_DATA) + "/streams/" + name + ".stream");
  if (!file) throw std::runtime_error("no recorded stream " + name);
  std::vector<Passed> all;
  std::string way;
  for (std::string hex; file >> way >> hex;)
    all.push_back({way == "up" ? Direction::up : Direction::down, decode_hex(hex).value()});
  return all;
}

// All that went one way.
inline Buffer one_way(const std::vector<Passed>& all, Direction direction) {
  Buffer bytes;
  for (const auto& each : all)
    if (each.direction == direction) append(bytes, each.bytes);
  return bytes;
}

}  // namespace rozaneh::lab
