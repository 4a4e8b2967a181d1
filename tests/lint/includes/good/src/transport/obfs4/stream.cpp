#include "base/bytes.h"
#include "io/stream.h"
#include "transport/codec.h"
#include "transport/obfs4/handshake.h"
