// The lines that a managed transport writes to Tor on its standard output (pt-spec.txt section 3.3), each
// with its line feed; the caller writes a line at once and flushes.
//
// A message for a person may be any text: what would break the line is replaced by a space, or quoted where
// the protocol can (LOG and STATUS).
#pragma once

#include <string>
#include <string_view>

#include "base/address.h"
#include "base/arguments.h"

namespace rozaneh::pt {

std::string version();                              // VERSION 1
std::string version_error();                        // VERSION-ERROR no-version
std::string env_error(std::string_view message);    // ENV-ERROR ...
std::string proxy_done();                           // PROXY DONE
std::string proxy_error(std::string_view message);  // PROXY-ERROR ...

std::string cmethod(std::string_view transport, const Endpoint& listening);  // CMETHOD obfs4 socks5 ...
std::string cmethod_error(std::string_view transport, std::string_view message);
std::string cmethods_done();

// SMETHOD obfs4 192.0.2.1:443 ARGS:cert=...; a bare ARGS: where there are none, as obfs4proxy 0.0.14 writes.
std::string smethod(std::string_view transport, const Endpoint& listening, const Arguments& arguments);
std::string smethod_error(std::string_view transport, std::string_view message);
std::string smethods_done();

enum class Severity { debug, info, notice, warning, error };

std::string log(Severity severity, std::string_view message);

// STATUS TRANSPORT=obfs4 K=V ...; the names are upper-case words of our own choosing.
std::string status(std::string_view transport, const Arguments& fields);

// STATUS TYPE=version ...: which program this is, for the statistics that a bridge publishes (tor 0.4.8 and
// later; measured: tor 0.4.9 takes it at any time).
std::string status_version(std::string_view implementation, std::string_view version);

// A value as STATUS and LOG carry it: as it is where it is a plain word, otherwise in double quotes with C's
// escapes (octal for bytes that have no letter).
std::string quote(std::string_view value);

}  // namespace rozaneh::pt
