// Starts a subject's programs on one side of the lab, and waits until they are ready.
#pragma once

#include <vector>

#include "io/descriptor.h"
#include "lab/score/patience.h"
#include "lab/score/placeholders.h"
#include "lab/score/subject.h"

namespace rozaneh::lab {

// In the lab's own /dev/shm, gone with it: what stands for {state}.
inline constexpr const char* kStateFolder = "/dev/shm/state";

enum class ProgramError { failed };  // the detail says it all
std::string_view layer_of(ProgramError error);
std::string_view describe(ProgramError error);

class Programs {
 public:
  // In that network, an open namespace; `address` is where ports of theirs are waited for.
  Programs(int network, IpAddress address, Placeholders& values)
      : network_(network), address_(address), values_(values) {}

  // To its end, which must be a good one.
  Result<> run(const SubjectProgram& program, Seconds limit);
  // Until it is ready. What a pluggable transport says of itself becomes {pt.arguments} or {pt.port}.
  Result<> start(const SubjectProgram& program, Seconds limit);

 private:
  struct Running {
    pid_t process = -1;
    std::string name;
    std::string log;      // its file
    io::Descriptor said;  // of a pluggable transport: to be kept open, or it cannot speak
  };

  Result<Running> begin(const SubjectProgram& program);
  Result<> wait_until_ready(const SubjectProgram& program, Running& running, Clock::time_point until);
  Result<> read_methods(const std::string& transport, Running& running, Clock::time_point until);

  int network_;
  IpAddress address_;
  Placeholders& values_;
  std::vector<Running> running_;
};

}  // namespace rozaneh::lab
