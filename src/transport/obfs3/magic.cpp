#include "transport/obfs3/magic.h"

#include <algorithm>

#include "transport/obfs3/error.h"

namespace rozaneh::obfs3 {

Result<std::optional<std::size_t>> MagicScanner::find(Bytes next) {
  const Bytes looked_at = next.first(std::min(next.size(), kMostScanned - scanned_));
  const Buffer window = concat(tail_, looked_at);
  const auto found = std::ranges::search(window, magic_.bytes());
  if (!found.empty()) return static_cast<std::size_t>(found.end() - window.begin()) - tail_.size();
  scanned_ += looked_at.size();
  if (scanned_ == kMostScanned) return fail(Obfs3Error::no_magic);
  const Bytes end = Bytes(window).last(std::min(window.size(), kMagicSize - 1));
  tail_.assign(end.begin(), end.end());
  return std::nullopt;
}

}  // namespace rozaneh::obfs3
