// Answers who asks on this machine, over a Unix socket that only its owner may open.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "io/loop.h"

namespace rozaneh::io {

class LocalAnswers {
 public:
  // Listens at `path`, mode 0600; each connection gets `answer()`, and its end. What a process that has died
  // left there is taken over; where another one answers, this fails with IoError::address_in_use.
  static Result<std::unique_ptr<LocalAnswers>> open(Loop& loop, const std::filesystem::path& path,
                                                    std::function<std::string()> answer);
  // Removes the socket.
  ~LocalAnswers();
  LocalAnswers(const LocalAnswers&) = delete;
  LocalAnswers& operator=(const LocalAnswers&) = delete;

 private:
  explicit LocalAnswers(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// Asks there, and waits for all of the answer, at most five seconds. Fails with IoError::refused or
// IoError::file where nobody answers.
Result<std::string> ask_local(const std::filesystem::path& path);

}  // namespace rozaneh::io
