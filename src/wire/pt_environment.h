// The values that Tor hands to a managed transport in its environment (pt-spec.txt section 3.2), as far as
// they have a grammar of their own; TOR_PT_PROXY is in upstream_proxy.h. Reading the environment is the
// caller's.
#pragma once

#include <string>
#include <vector>

#include "base/address.h"
#include "wire/pt_error.h"

namespace rozaneh {

// TOR_PT_MANAGED_TRANSPORT_VER: whether version 1, the one we speak, is in the list "1,2,...".
bool offers_pt_version_1(std::string_view text);

// TOR_PT_CLIENT_TRANSPORTS, TOR_PT_SERVER_TRANSPORTS: "obfs4,obfs3". At least one, none of them empty. A name
// that is not known is no error here: the protocol wants it ignored.
Result<std::vector<std::string>> parse_pt_transports(std::string_view text);

struct BindAddress {
  std::string transport;
  Endpoint address;

  bool operator==(const BindAddress&) const = default;
};

// TOR_PT_SERVER_BINDADDR: "obfs4-192.0.2.1:443,obfs3-[::]:0"; each transport once. Port 0: any.
Result<std::vector<BindAddress>> parse_pt_bind_addresses(std::string_view text);

}  // namespace rozaneh
