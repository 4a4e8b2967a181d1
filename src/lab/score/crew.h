// Several programs at once: what each has printed, as they end.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/descriptor.h"
#include "lab/score/patience.h"

namespace rozaneh::lab {

class Crew {
 public:
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  // Ends all that are still at work.
  ~Crew();

  // Starts a program, which ends with this one, however that ends, and hears nothing of the terminal's
  // interrupts. It is killed after `limit`. `number` is the caller's.
  Result<> start(std::size_t number, std::vector<std::string> words, Seconds limit);

  struct Ended {
    std::size_t number = 0;
    std::string said;   // on its standard output
    bool late = false;  // it was killed
  };
  // Waits for the next that ends. Nothing: a signal came in between.
  std::optional<Ended> wait();

  [[nodiscard]] std::size_t size() const { return working_.size(); }

 private:
  struct Working {
    std::size_t number = 0;
    pid_t process = -1;
    io::Descriptor said;
    std::string text;
    Clock::time_point until;
  };
  [[nodiscard]] std::optional<Ended> finish(std::vector<Working>::iterator which, bool late);

  std::vector<Working> working_;
};

}  // namespace rozaneh::lab
