#include "pt/session_carrier.h"

#include <algorithm>
#include <array>

namespace rozaneh::pt {

Result<SessionCarrier> session_carrier(const transport::Catalog& carriers, const Arguments& arguments) {
  const auto via = arguments.get(kVia);
  if (!via) return transport::wrong_argument(kSessionTransport, "'via' is missing: what carries the session");
  const transport::Transport* found = transport::find(carriers, *via);
  if (found == nullptr || found->name() == kSessionTransport)
    return transport::wrong_argument(kSessionTransport, "'via' is no transport that carries sessions");
  SessionCarrier carrier{.transport = found, .arguments = {}};
  constexpr std::array kOurs = {kVia, kTunnel, kUser, kUsers};
  for (const Argument& argument : arguments)
    if (std::ranges::find(kOurs, argument.name) == kOurs.end())
      carrier.arguments.add(argument.name, argument.value);
  return carrier;
}

std::string CarrierState::own(const std::string& name) {
  return std::string(kSessionTransport).append("_").append(name);
}

Result<> CarrierState::write(const std::string& name, Bytes content) {
  if (name.ends_with("_bridgeline.txt")) return {};
  return all_.write(own(name), content);
}

}  // namespace rozaneh::pt
