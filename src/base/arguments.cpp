#include "base/arguments.h"

#include <algorithm>

namespace rozaneh {

std::optional<std::string_view> Arguments::get(std::string_view name) const {
  const auto found = std::ranges::find(all_, name, &Argument::name);
  if (found == all_.end()) return std::nullopt;
  return found->value;
}

}  // namespace rozaneh
