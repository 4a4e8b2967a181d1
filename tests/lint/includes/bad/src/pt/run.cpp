#include "metrics/counters.h"  // direction
#include "proxy/socks.h"
