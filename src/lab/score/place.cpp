#include "lab/score/place.h"

#include <algorithm>
#include <array>

#include "lab/far/numbered.h"

namespace rozaneh::lab {
namespace {

struct Kind {
  std::string_view begin;
  Place::Scheme scheme;
  std::uint16_t port;  // where none is written; 0: one must be
};
constexpr std::array<Kind, 5> kKinds{{{"http://", Place::Scheme::http, 80},
                                      {"https://", Place::Scheme::https, 443},
                                      {"dns://", Place::Scheme::dns, 53},
                                      {"tcp://", Place::Scheme::tcp, 0},
                                      {"udp://", Place::Scheme::udp, 0}}};

bool is_path(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<Target> parse_authority(std::string_view text, std::uint16_t port) {
  if (auto target = Target::parse(text)) return target;
  if (port == 0) return std::nullopt;
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  return Target::from_host(text, port);
}

}  // namespace

std::optional<Place> Place::parse(std::string_view url) {
  const auto* kind =
      std::ranges::find_if(kKinds, [&](const Kind& each) { return url.starts_with(each.begin); });
  if (kind == kKinds.end()) return std::nullopt;
  url.remove_prefix(kind->begin.size());
  const auto slash = std::min(url.find('/'), url.size());
  auto target = parse_authority(url.substr(0, slash), kind->port);
  const std::string_view path = url.substr(slash);
  const bool has_path = kind->scheme == Scheme::http || kind->scheme == Scheme::https;
  if (!target || target->port == 0 || !is_path(path) || (!has_path && !path.empty())) return std::nullopt;
  return Place{kind->scheme, std::move(*target), has_path && path.empty() ? "/" : std::string(path)};
}

std::optional<std::uint64_t> Place::size() const { return numbered_size(path); }

}  // namespace rozaneh::lab
