#include "base/error.h"

namespace rozaneh {

std::string Error::message() const {
  std::string text{layer_};
  text.append(": ").append(what_);
  if (what_.empty()) return text.append(detail_);
  if (!detail_.empty()) text.append(" (").append(detail_).append(")");
  return text;
}

Error Error::at(std::string place) const {
  Error error = *this;
  error.detail_ = detail_.empty() ? std::move(place) : std::move(place) + ": " + detail_;
  return error;
}

}  // namespace rozaneh
