#include <thread>
#include <boost/asio/io_context.hpp>

#include "base/bytes.h"
