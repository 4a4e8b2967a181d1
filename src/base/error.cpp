#include "base/error.h"

namespace rozaneh {

std::string Error::message() const {
  std::string text{layer_};
  text.append(": ").append(what_);
  if (!detail_.empty()) text.append(" (").append(detail_).append(")");
  return text;
}

}  // namespace rozaneh
