// What is wrong with a command's settings although each is of the right kind: values that cannot be used
// here, or not together. Nothing is changed, listened on or sent to find out.
#pragma once

#include <string>
#include <vector>

#include "cli/bridge.h"
#include "cli/certificate.h"
#include "cli/client.h"
#include "cli/misfit.h"
#include "cli/signal.h"

namespace rozaneh::cli {

// All of them, and not only the first that would keep the command from starting.
Misfits misfits_of(const BridgeSettings& settings);
Misfits misfits_of(const ClientSettings& settings);
Misfits misfits_of(const SignalSettings& settings);
Misfits misfits_of(const CertificateGetSettings& settings);

}  // namespace rozaneh::cli
