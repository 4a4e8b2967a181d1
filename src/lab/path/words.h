// A command's words in the form that exec takes.
#pragma once

#include <string>
#include <vector>

namespace rozaneh::lab {

// Borrowed from `words`, and a null pointer behind them.
inline std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace rozaneh::lab
