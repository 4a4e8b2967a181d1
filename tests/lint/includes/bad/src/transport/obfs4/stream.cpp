#include "stream.h"  // direction
#include "transport/codec.h"
#include "transport/obfs3/handshake.h"  // transport
