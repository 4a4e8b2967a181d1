#include "transport/web/fields.h"

namespace rozaneh::web {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

std::string_view take_item(std::string_view& list) {
  const auto comma = list.find(',');
  const auto item = list.substr(0, comma);
  list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  return trim(item);
}

std::optional<IpAddress> origin_of(const site::Request& request) {
  const std::string* value = request.get("x-forwarded-for");
  if (value == nullptr) return std::nullopt;
  std::string_view rest = *value;
  return IpAddress::parse(take_item(rest));
}

}  // namespace rozaneh::web
