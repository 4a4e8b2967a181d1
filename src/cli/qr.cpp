#include "cli/qr.h"

#include <qrcodegen.h>

#include <algorithm>
#include <array>
#include <cstdint>

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
  // As bytes, whatever they are.
  std::array<std::uint8_t, qrcodegen_BUFFER_LEN_MAX> bytes{};
  std::array<std::uint8_t, qrcodegen_BUFFER_LEN_MAX> code{};
  if (text.size() > bytes.size()) return std::nullopt;
  std::ranges::copy(text, bytes.begin());
  if (!qrcodegen_encodeBinary(bytes.data(), text.size(), code.data(), qrcodegen_Ecc_LOW,
                              qrcodegen_VERSION_MIN, qrcodegen_VERSION_MAX, qrcodegen_Mask_AUTO, true))
    return std::nullopt;
  const int width = qrcodegen_getSize(code.data());
  // Outside of the code all is light.
  auto dark = [&code](int x, int y) { return qrcodegen_getModule(code.data(), x, y); };
  std::string picture;
  for (int y = -kMargin; y < width + kMargin; y += 2) {
    picture += kColours;
    for (int x = -kMargin; x < width + kMargin; ++x) picture += half_blocks(dark(x, y), dark(x, y + 1));
    picture.append(kReset).append("\n");
  }
  return picture;
}

}  // namespace rozaneh::cli
