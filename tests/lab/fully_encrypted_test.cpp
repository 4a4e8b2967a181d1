#include "lab/recognise/fully_encrypted.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace rozaneh::lab {
namespace {

using enum FullyEncryptedRule;

// Bytes of no printable character, of which so many bits are set: 10 bytes, each 0x0f-like.
Buffer with_bits(unsigned bits) {
  Buffer bytes(10);
  for (unsigned i = 0; i < bits; ++i) {
    // High bits first, so that none becomes printable (0x20..0x7e have the highest clear).
    bytes[i % 10] = static_cast<std::uint8_t>(0x80U | bytes[i % 10] >> 1U);
  }
  return bytes;
}

TEST(FullyEncrypted, ExemptsBitsAtTheBoundsAndNotBetween) {
  EXPECT_EQ(exemption_of(with_bits(34)), Exemption::bits);
  EXPECT_EQ(exemption_of(with_bits(35)), std::nullopt);
  EXPECT_EQ(exemption_of(with_bits(45)), std::nullopt);
  EXPECT_EQ(exemption_of(with_bits(46)), Exemption::bits);
}

// `printable` characters of four set bits, then as many others of four bits as make the size.
Buffer mixed(std::size_t before, std::size_t printable, std::size_t size) {
  Buffer bytes(size, 0x87);
  for (std::size_t i = before; i < before + printable; ++i) bytes[i] = 0x55;
  return bytes;
}

TEST(FullyEncrypted, ExemptsSixPrintableBytesAtTheStart) {
  EXPECT_EQ(exemption_of(mixed(0, 5, 100)), std::nullopt);
  EXPECT_EQ(exemption_of(mixed(0, 6, 100)), Exemption::printable_start);
  EXPECT_EQ(exemption_of(mixed(1, 6, 100)), std::nullopt);
  Buffer edge = mixed(0, 6, 100);
  edge[5] = 0x7f;
  EXPECT_EQ(exemption_of(edge), std::nullopt);
  edge[5] = 0x7e;
  EXPECT_EQ(exemption_of(edge), Exemption::printable_start);
  edge[5] = 0x20;
  EXPECT_EQ(exemption_of(edge), Exemption::printable_start);
  edge[5] = 0x1f;
  EXPECT_EQ(exemption_of(edge), std::nullopt);
}

TEST(FullyEncrypted, ExemptsMoreThanHalfPrintable) {
  // In pairs, so that no run is long.
  const auto pairs = [](std::size_t printable) {
    Buffer bytes(100, 0x87);
    for (std::size_t i = 0; i < printable; ++i) bytes[i < 50 ? 2 * i + 1 : 2 * (i - 50)] = 0x55;
    return bytes;
  };
  EXPECT_EQ(exemption_of(pairs(50)), std::nullopt);
  EXPECT_EQ(exemption_of(pairs(51)), Exemption::printable_share);
}

TEST(FullyEncrypted, ExemptsMoreThanTwentyPrintableInARow) {
  EXPECT_EQ(exemption_of(mixed(30, 20, 100)), std::nullopt);
  EXPECT_EQ(exemption_of(mixed(30, 21, 100)), Exemption::printable_run);
  EXPECT_EQ(exemption_of(mixed(79, 21, 100)), Exemption::printable_run);  // at the very end
  EXPECT_EQ(exemption_of(mixed(30, 19, 100), ndpi), std::nullopt);
  EXPECT_EQ(exemption_of(mixed(30, 20, 100), ndpi), Exemption::printable_run);
  EXPECT_EQ(exemption_of(mixed(30, 20, 100), opengfw), std::nullopt);
}

// 50 random bytes of the artifact's own test of protocol fingerprints.
const std::string kRandom =
    "dadd034913c52da75fd9f05dc76803917134808efed97ef8884f2151b712f60fed634f609f132033a15b77ed3ccaa2d20f5b";

std::optional<Exemption> behind(std::string_view prefix, FullyEncryptedRule rule = paper) {
  const Buffer random = decode_hex(kRandom).value();
  return exemption_of(concat(bytes_of(prefix), random), rule);
}

TEST(FullyEncrypted, ExemptsTlsByItsFirstThreeBytes) {
  for (int first = 0x14; first <= 0x18; ++first) {
    for (int third = 0; third <= 0x0f; ++third) {
      const std::string prefix = {static_cast<char>(first), 3, static_cast<char>(third)};
      const bool exempt = (first == 0x16 || first == 0x17) && third <= 9;
      EXPECT_EQ(behind(prefix) == Exemption::protocol, exempt) << first << ' ' << third;
      EXPECT_EQ(behind(prefix, opengfw) == Exemption::protocol, exempt);
      EXPECT_EQ(behind(prefix, ndpi), std::nullopt);
    }
  }
  EXPECT_EQ(behind(std::string{0x16, 2, 1}), std::nullopt);
}

TEST(FullyEncrypted, ExemptsHttpByItsMethod) {
  EXPECT_EQ(behind(""), std::nullopt);
  for (const std::string_view method : {"GET", "PUT", "POST", "HEAD"}) {
    EXPECT_EQ(behind(std::string(method) + " "), Exemption::protocol) << method;
    EXPECT_EQ(behind(std::string(method) + "\t"), std::nullopt) << method;
    EXPECT_EQ(behind(std::string(method) + "\t", opengfw), Exemption::protocol) << method;
  }
  for (const std::string_view letters : {"GET", "HEA", "POS", "PUT", "DEL", "CON", "OPT", "TRA", "PAT"}) {
    EXPECT_EQ(behind(letters, opengfw), Exemption::protocol) << letters;
    EXPECT_EQ(behind(letters), std::nullopt) << letters;
    EXPECT_EQ(behind(letters, ndpi), std::nullopt) << letters;
  }
  EXPECT_EQ(behind("get ", opengfw), std::nullopt);
}

TEST(FullyEncrypted, ExemptsShortPrintablePayloadsInNdpiOnly) {
  // Four bits a byte, half of them printable but for the start.
  EXPECT_EQ(exemption_of(Buffer{0x55, 0x55, 0x55, 0x55, 0x55}, ndpi), Exemption::printable_start);
  EXPECT_EQ(exemption_of(Buffer{0x55, 0x55, 0x55, 0x55, 0x55}), Exemption::printable_share);
}

TEST(FullyEncrypted, TakesNothingForABlock) { EXPECT_EQ(exemption_of({}), Exemption::bits); }

}  // namespace
}  // namespace rozaneh::lab
