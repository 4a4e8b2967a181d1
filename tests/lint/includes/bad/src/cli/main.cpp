#include "transport/obfs4/transport.h"  // transport
#include <boost/asio/io_context.hpp>  // asio
