// What servers can be tried for.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace rozaneh::lab {

enum class ProbeKind { shadowsocks, obfs2, obfs3, tor, signal, tls, http };

// "shadowsocks" and so on, in the order of the enum.
inline const std::vector<std::string_view>& probe_kinds() {
  static const std::vector<std::string_view> names = {"shadowsocks", "obfs2", "obfs3", "tor",
                                                      "signal",      "tls",   "http"};
  return names;
}

inline std::string_view name_of(ProbeKind kind) { return probe_kinds()[static_cast<std::size_t>(kind)]; }

inline std::optional<ProbeKind> probe_kind_of(std::string_view name) {
  for (std::size_t i = 0; i < probe_kinds().size(); ++i)
    if (probe_kinds()[i] == name) return static_cast<ProbeKind>(i);
  return std::nullopt;
}

}  // namespace rozaneh::lab
