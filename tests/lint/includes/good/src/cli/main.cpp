#include "metrics/counters.h"
#include "pt/run.h"
