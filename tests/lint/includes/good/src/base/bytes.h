#include <vector>

// #include "io/stream.h" is only spoken of here.
#include "base/reader.h"
