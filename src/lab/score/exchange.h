// What is said over a fetch's connection, once there is one.
#pragma once

#include <functional>

#include "base/handshake.h"
#include "base/random.h"
#include "lab/score/connection.h"
#include "lab/score/subject.h"

namespace rozaneh::lab {

enum class ExchangeError { answer };  // the detail says it all
std::string_view layer_of(ExchangeError error);
std::string_view describe(ExchangeError error);

// Told of application bytes as they come.
using OnBytes = std::function<void(std::size_t count)>;

// Asks for the place's path, and reads the answer; all of it must be as the far side's web site says it.
Result<> exchange_http(Connection& connection, const Place& place, const OnBytes& on_bytes);

// Asks a DNS server for the name's address, which must be `answer`.
Result<> exchange_dns(Connection& connection, const std::string& name, const IpAddress& answer,
                      Random& random, const OnBytes& on_bytes);

// Sends one piece after another to who sends all of it back.
Result<> exchange_raw(Connection& connection, const std::vector<std::string>& sends, Random& random,
                      const OnBytes& on_bytes);

// Speaks the opening of a proxy's protocol.
Result<> exchange_opening(Connection& connection, Handshake& opening);

}  // namespace rozaneh::lab
