// What stands for Signal's servers: one thread on epoll that takes an inner hello, answers it with a byte,
// and then does what it is ordered to, a letter and a number of 8 bytes: u (that many bytes come; a byte when
// they are there), d (send that many), e (echo whatever comes).
#pragma once

namespace load {

// Prints its port and serves until standard input ends.
int run_backend();

}  // namespace load
