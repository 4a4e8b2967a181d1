#include "proxy/socks.h"
#include "transport/catalog.h"
