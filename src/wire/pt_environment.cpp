#include "wire/pt_environment.h"

#include <algorithm>

namespace rozaneh {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

bool offers_pt_version_1(std::string_view text) {
  const auto versions = split(text, ',');
  return std::ranges::find(versions, "1") != versions.end();
}

Result<std::vector<std::string>> parse_pt_transports(std::string_view text) {
  std::vector<std::string> transports;
  for (const auto name : split(text, ',')) {
    if (name.empty()) return fail(PtError::transports);
    transports.emplace_back(name);
  }
  return transports;
}

Result<std::vector<BindAddress>> parse_pt_bind_addresses(std::string_view text) {
  std::vector<BindAddress> all;
  for (const auto entry : split(text, ',')) {
    const auto dash = entry.find('-');  // a transport's name holds none
    const std::string transport(entry.substr(0, dash));
    if (dash == std::string_view::npos || dash == 0) return fail(PtError::bind_addresses);
    const auto address = Endpoint::parse(entry.substr(dash + 1));
    if (!address) return fail(PtError::bind_addresses, "address of " + transport);
    if (std::ranges::find(all, transport, &BindAddress::transport) != all.end())
      return fail(PtError::bind_addresses, transport + " stands there twice");
    all.emplace_back(transport, *address);
  }
  return all;
}

}  // namespace rozaneh
