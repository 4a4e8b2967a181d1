#include "transport/obfs4/stream.h"  // transport
