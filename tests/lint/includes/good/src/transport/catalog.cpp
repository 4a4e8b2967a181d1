#include "transport/obfs3/transport.h"
#include "transport/obfs4/transport.h"
