// What Tor hands to a managed transport: arguments, options and the values of its environment.
// What was understood must survive being written and read again.
#include "wire/pt_arguments.h"

#include "fuzz/handshake.h"
#include "wire/pt_environment.h"
#include "wire/upstream_proxy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  const auto text = text_of(Bytes(bytes, size));
  if (const auto arguments = parse_pt_arguments(text)) {
    fuzz::require(parse_pt_arguments(serialize_pt_arguments(*arguments)) == *arguments);
    if (const auto packed = pack_pt_arguments(*arguments); packed && *packed)
      fuzz::require(unpack_pt_arguments(**packed) == *arguments);
  }
  if (const auto arguments = parse_smethod_arguments(text))
    fuzz::require(parse_smethod_arguments(serialize_smethod_arguments(*arguments)) == *arguments);
  (void)parse_transport_options(text);
  (void)parse_pt_transports(text);
  (void)parse_pt_bind_addresses(text);
  (void)parse_upstream_proxy(text);
  return 0;
}
