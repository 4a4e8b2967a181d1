// A transport's arguments in the three text forms of the managed pluggable transport protocol, version 1
// (pt-spec.txt sections 3.2.3, 3.3.3 and 3.5).
//
//   through SOCKS5     k=v;k=v      a backslash before \ = ;
//   server options     pt:k=v;pt:k=v  a backslash before \ = : ;
//   SMETHOD ARGS       k=v,k=v      a backslash before \ = ,
//
// A backslash before another character, a name that is empty or has no `=`, and a separator at the end are
// errors, as in obfs4proxy. In a value an `=` may stand bare. Errors never quote a value.
#pragma once

#include <string>
#include <vector>

#include "base/arguments.h"
#include "wire/pt_error.h"
#include "wire/request.h"

namespace rozaneh {

// The form that goes through SOCKS5. The empty text is no arguments.
Result<Arguments> parse_pt_arguments(std::string_view text);
std::string serialize_pt_arguments(const Arguments& arguments);

// The ARGS of an SMETHOD line, without the word `ARGS:`.
Result<Arguments> parse_smethod_arguments(std::string_view text);
std::string serialize_smethod_arguments(const Arguments& arguments);

struct TransportOptions {
  std::string transport;
  Arguments options;

  bool operator==(const TransportOptions&) const = default;
};

// TOR_PT_SERVER_TRANSPORT_OPTIONS: one entry a transport, in the order of their first option.
Result<std::vector<TransportOptions>> parse_transport_options(std::string_view text);

// Arguments as a SOCKS5 user name and password of 1..255 bytes each (RFC 1929): the text begins in the user
// name and goes on in the password, which is one NUL byte where nothing is left. No arguments are no
// credentials; more than 510 bytes fail.
Result<std::optional<Credentials>> pack_pt_arguments(const Arguments& arguments);
Result<Arguments> unpack_pt_arguments(const Credentials& credentials);

}  // namespace rozaneh
