// libsodium's start-up, for the files of this folder that call it.
#pragma once

namespace rozaneh::crypto {

// Has libsodium choose its fastest code for this CPU; without it the portable code runs, which is several
// times slower. Whoever holds a libsodium key calls this in the constructor; from the second call on it
// costs a nanosecond. Ends the program if libsodium cannot start.
void start_sodium();

}  // namespace rozaneh::crypto
