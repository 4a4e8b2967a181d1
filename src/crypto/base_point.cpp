#include "crypto/base_point.h"

#include "crypto/columns25519.h"

namespace rozaneh::crypto {
namespace {

using namespace edwards25519;
using field25519::inverse;
using field25519::select;

constexpr std::size_t kRows = 32;
constexpr std::size_t kColumns = 8;

// RFC 8032 section 5.1: y is 4 / 5, and x is even.
constexpr Point base_point() {
  using namespace field25519;
  Point base;
  base.y = Element(4) * inverse(Element(5));
  const Element y2 = square(base.y);
  const Element root = root_of((y2 - Element(1)) * inverse(kEdwardsD * y2 + Element(1)));
  base.x = select(is_odd(root), -root, root);
  base.t = base.x * base.y;
  return base;
}

using Row = std::array<Addend, kColumns>;

// All the points' 1 / z from that of the product of all z.
Row addends_of(const std::array<Point, kColumns>& points) {
  std::array<Element, kColumns> before;  // the product of the z of the points before this one
  Element product(1);
  for (std::size_t j = 0; j < kColumns; ++j) {
    before[j] = product;
    product = product * points[j].z;
  }
  Row out;
  Element rest = inverse(product);
  for (std::size_t j = kColumns; j-- > 0;) {
    out[j] = addend_of(points[j], rest * before[j]);
    rest = rest * points[j].z;
  }
  return out;
}

Row row_of(const Point& first) {
  const Addend step = addend_of(first, inverse(first.z));
  std::array<Point, kColumns> points;
  Point last;
  for (auto& point : points) point = last = last + step;
  return addends_of(points);
}

// Row i, column j: (j + 1) 256^i times the base point.
std::array<Row, kRows> make_table() {
  constexpr Point kBase = base_point();
  std::array<Row, kRows> table;
  Point first = kBase;
  for (auto& row : table) {
    row = row_of(first);
    for (int bit = 0; bit < 8; ++bit) first = twice(first);
  }
  return table;
}

// The digits, from -8 to 8, of the clamped scalar to the base of 16; each is a signed byte.
Secret<64> digits_of(const PrivateKey& key) {
  Secret<32> scalar(key.bytes());
  clamp(scalar.bytes());
  Secret<64> digits;
  unsigned carry = 0;
  for (std::size_t i = 0; i < 64; ++i) {
    const unsigned digit = (scalar.bytes()[i / 2] >> (i % 2 * 4) & 15U) + carry;
    carry = i == 63 ? 0 : (digit + 8) >> 4U;  // the last is at most 8 as it is
    digits.bytes()[i] = static_cast<std::uint8_t>(digit - 16 * carry);
  }
  return digits;
}

// The digit times the row's first entry. Reads the whole row, so that the digit does not show in the cache.
Addend multiple(const Row& row, std::uint8_t digit) {
  const Mask negative = mask_of(digit >> 7U);
  const std::uint64_t size = (digit ^ (negative & 0xffU)) + (negative & 1U);
  Addend out;
  for (std::uint64_t j = 0; j < kColumns; ++j) {
    const Mask here = mask_of((((j + 1) ^ size) - 1) >> 63U);
    out.sum = select(here, row[j].sum, out.sum);
    out.difference = select(here, row[j].difference, out.difference);
    out.product = select(here, row[j].product, out.product);
  }
  return negated_if(negative, out);
}

Element reduced(const Element& x) { return field25519::decode(field25519::encode(x)); }

// The same table, as it is for lanes.
BaseTable make_lane_table() {
  const auto table = make_table();
  BaseTable out;
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      set(out.row[i].sum, j, reduced(table[i][j].sum));
      set(out.row[i].difference, j, reduced(table[i][j].difference));
      set(out.row[i].product, j, reduced(table[i][j].product));
    }
  }
  return out;
}

}  // namespace

// The table has the multiples of 256^i only, so the odd digits come first and are then multiplied by 16.
Point base_times(const PrivateKey& key) {
  static const std::array<Row, kRows> table = make_table();
  const Secret<64> digits = digits_of(key);
  Point sum;
  for (std::size_t i = 0; i < kRows; ++i) sum = sum + multiple(table[i], digits.bytes()[2 * i + 1]);
  for (int bit = 0; bit < 4; ++bit) sum = twice(sum);
  for (std::size_t i = 0; i < kRows; ++i) sum = sum + multiple(table[i], digits.bytes()[2 * i]);
  return sum;
}

std::array<Point, 8> base_times(std::span<const PrivateKey, 8> keys, const Simd25519& simd) {
  static const BaseTable table = make_lane_table();
  BaseMultiples multiples;
  for (std::size_t j = 0; j < keys.size(); ++j) {
    const Secret<64> digits = digits_of(keys[j]);
    for (std::size_t i = 0; i < 64; ++i) multiples.digit[i][j] = static_cast<std::int8_t>(digits.bytes()[i]);
  }
  simd.multiply_base(table, multiples);
  std::array<Point, 8> out;
  for (std::size_t j = 0; j < out.size(); ++j) {
    out[j] = {get(multiples.x, j), get(multiples.y, j), get(multiples.z, j), get(multiples.t, j)};
  }
  wipe({reinterpret_cast<std::uint8_t*>(&multiples), sizeof multiples});
  return out;
}

}  // namespace rozaneh::crypto
