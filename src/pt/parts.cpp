#include "pt/parts.h"

#include <algorithm>

namespace rozaneh::pt {

Arguments with_defaults(Arguments given, const std::vector<TransportOptions>& defaults,
                        std::string_view transport) {
  const auto found = std::ranges::find(defaults, transport, &TransportOptions::transport);
  if (found == defaults.end()) return given;
  for (const auto& [name, value] : found->options) given.add(name, value);
  return given;
}

const transport::Transport* find_wanted(const Parts& parts, std::string_view name) {
  const transport::Transport* transport = transport::find(parts.catalog, name);
  if (transport == nullptr) parts.output.warn("there is no transport '{}' here: left out", name);
  if (transport != nullptr && !transport->warning().empty()) parts.output.warn("{}", transport->warning());
  return transport;
}

}  // namespace rozaneh::pt
