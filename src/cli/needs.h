// What a command with its settings needs of the machine that it runs on, for who looks whether it is there.
#pragma once

#include <string>
#include <vector>

#include "base/address.h"
#include "cli/bridge.h"
#include "cli/certificate.h"
#include "cli/client.h"
#include "cli/signal.h"

namespace rozaneh::cli {

struct Needs {
  std::vector<Endpoint> ports;
  std::vector<std::string> drawn{};  // transports whose port stands in the state
  std::vector<std::string> names{};  // that lead to this machine and that its certificate is for
  std::vector<front::CertificateFile> certificates{};
  std::vector<std::string> links{};
  std::string state{};  // directory; empty: the usual one
};

// What cannot be understood is left out: `misfits_of` tells of it.
Needs needs_of(const BridgeSettings& settings);
Needs needs_of(const ClientSettings& settings);
Needs needs_of(const SignalSettings& settings);
Needs needs_of(const CertificateGetSettings& settings);

}  // namespace rozaneh::cli
