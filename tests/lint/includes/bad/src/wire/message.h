#include <boost/asio/buffer.hpp>  // asio
#include <thread>  // purity

#include "base/bytes.h"
#include "io/stream.h"  // direction
