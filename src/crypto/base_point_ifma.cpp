// Eight key pairs side by side: base_point.cpp and the root of elligator2.cpp, a key in each lane.
#include "crypto/field25519_lanes.h"
#include "crypto/simd25519.h"

#define ROZANEH_INLINE [[gnu::always_inline]] inline

namespace rozaneh::crypto {
namespace {

// NOLINTNEXTLINE(modernize-use-using): g++ wants a typedef
typedef std::int8_t SignedBytes __attribute__((vector_size(8)));

// Between operations, coordinates are what multiplications gave.
struct Point {
  Product x, y, z, t;
};

struct Addend {
  Factor sum, difference, product;
};

ROZANEH_INLINE Vector load(const std::uint64_t (&words)[8]) {
  Vector out;
  __builtin_memcpy(&out, words, sizeof out);
  return out;
}

ROZANEH_INLINE Factor load(const Columns25519& columns) {
  Factor out;
  for (int i = 0; i < kLimbs; ++i) out.limb[i] = load(columns.limb[i]);
  return out;
}

ROZANEH_INLINE void store(Columns25519& columns, const Factor& from) {
  for (int i = 0; i < kLimbs; ++i) __builtin_memcpy(columns.limb[i], &from.limb[i], sizeof from.limb[i]);
}

// The numbers of the columns that `index` names, and `otherwise` where `none` is all ones.
ROZANEH_INLINE Factor pick(const Columns25519& columns, Vector index, Vector none, std::uint64_t otherwise) {
  Factor out;
#pragma GCC unroll 5
  for (int i = 0; i < kLimbs; ++i) {
    out.limb[i] = (pick(load(columns.limb[i]), index) & ~none) | (none & (i == 0 ? otherwise : 0));
  }
  return out;
}

ROZANEH_INLINE Factor select(Vector condition, const Factor& yes, const Factor& no) {
  Factor out;
#pragma GCC unroll 5
  for (int i = 0; i < kLimbs; ++i) out.limb[i] = (yes.limb[i] & condition) | (no.limb[i] & ~condition);
  return out;
}

// Each lane's digit times the row's first entry. The whole row is read, whatever the digits.
ROZANEH_INLINE Addend multiple(const BaseRow& row, const std::int8_t (&digits)[8]) {
  SignedBytes bytes;
  __builtin_memcpy(&bytes, digits, sizeof bytes);
  const Vector digit = __builtin_convertvector(bytes, Vector);
  const Vector negative = Vector{} - (digit >> 63U);
  const Vector size = (digit ^ negative) - negative;
  const Vector none = Vector{} - ((size - 1) >> 63U);
  const Factor sum = pick(row.sum, size - 1, none, 1);
  const Factor difference = pick(row.difference, size - 1, none, 1);
  const Factor product = pick(row.product, size - 1, none, 0);
  return {select(negative, difference, sum), select(negative, sum, difference),
          select(negative, carry(Factor{} - product), product)};
}

ROZANEH_INLINE Point joined(const Factor& e, const Factor& f, const Factor& g, const Factor& h) {
  return {e * f, g * h, f * g, e * h};
}

// The formulas of edwards25519.h.
ROZANEH_INLINE Point operator+(const Point& p, const Addend& q) {
  const Product a = carry(p.y - p.x) * q.difference;
  const Product b = carry(p.y + p.x) * q.sum;
  const Product c = carry(p.t) * q.product;
  const Product d = p.z + p.z;
  return joined(carry(b - a), carry(d - c), carry(d + c), carry(b + a));
}

ROZANEH_INLINE Point twice(const Point& p) {
  const Product a = square(carry(p.x));
  const Product b = square(carry(p.y));
  const Product zz = square(carry(p.z));
  const Product h = a + b;
  const Product g = a - b;
  return joined(carry(h - square(carry(p.x + p.y))), carry(g + (zz + zz)), carry(g), carry(h));
}

}  // namespace

void multiply_base_ifma(const BaseTable& table, BaseMultiples& multiples) {
  Point sum{};
  sum.y.limb[0] = sum.z.limb[0] = Vector{} + 1;
  for (int odd = 1; odd >= 0; --odd) {
    for (int i = 0; i < 32; ++i) sum = sum + multiple(table.row[i], multiples.digit[2 * i + odd]);
    for (int bit = 0; bit < 4 * odd; ++bit) sum = twice(sum);
  }
  store(multiples.x, carry(sum.x));
  store(multiples.y, carry(sum.y));
  store(multiples.z, carry(sum.z));
  store(multiples.t, carry(sum.t));
}

void power_252_3_ifma(Columns25519& numbers) { store(numbers, power_252_3(load(numbers))); }

}  // namespace rozaneh::crypto
