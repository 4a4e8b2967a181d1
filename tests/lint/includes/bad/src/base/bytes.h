#include "crypto/hash.h"  // direction
  #  include <sys/socket.h>  // purity
