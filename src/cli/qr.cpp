#include "cli/qr.h"

#include <qrencode.h>

#include <cstdint>
#include <memory>
#include <span>

namespace rozaneh::cli {
namespace {

constexpr int kMargin = 2;                                       // light modules around the code
constexpr std::string_view kColours = "\x1b[38;5;16;48;5;231m";  // black on white
constexpr std::string_view kReset = "\x1b[0m";

// One character shows two modules, one above the other.
std::string_view half_blocks(bool upper, bool lower) {
  if (upper && lower) return "█";
  if (upper) return "▀";
  return lower ? "▄" : " ";
}

}  // namespace

std::optional<std::string> qr_code(std::string_view text) {
  const std::string terminated{text};
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(terminated.c_str(), 0, QR_ECLEVEL_L), &QRcode_free);
  if (!code) return std::nullopt;
  const int width = code->width;
  const auto row = static_cast<std::size_t>(width);
  const std::span<const std::uint8_t> modules(code->data, row * row);
  auto dark = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= width || y >= width) return false;
    return (modules[static_cast<std::size_t>(y) * row + static_cast<std::size_t>(x)] & 1U) != 0;
  };
  std::string picture;
  for (int y = -kMargin; y < width + kMargin; y += 2) {
    picture += kColours;
    for (int x = -kMargin; x < width + kMargin; ++x) picture += half_blocks(dark(x, y), dark(x, y + 1));
    picture.append(kReset).append("\n");
  }
  return picture;
}

}  // namespace rozaneh::cli
