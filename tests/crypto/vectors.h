// Files of test vectors: one value a line or several, between spaces or colons; # begins a comment.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace rozaneh {

// Everything in the file, in order.
inline std::vector<std::string> read_vectors(const std::string& name) {
  std::ifstream file(std::string(TEST_DATA) + "/vectors/" + name);
  if (!file) throw std::runtime_error("no test vectors " + name);
  std::vector<std::string> values;
  for (std::string line; std::getline(file, line);) {
    const auto text = line.substr(0, line.find('#'));
    constexpr const char* kBetween = " :";
    for (auto at = text.find_first_not_of(kBetween); at != std::string::npos;) {
      const auto end = text.find_first_of(kBetween, at);
      values.push_back(text.substr(at, end - at));
      at = text.find_first_not_of(kBetween, end);
    }
  }
  return values;
}

}  // namespace rozaneh
