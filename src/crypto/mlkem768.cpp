#include "crypto/mlkem768.h"

#include "crypto/mlkem_ring.h"
#include "crypto/openssl.h"

namespace rozaneh::crypto {
namespace {

constexpr std::size_t kRank = 3;
constexpr unsigned kCoefficientBits = 12;
constexpr unsigned kVectorBits = 10;  // d_u
constexpr unsigned kValueBits = 4;    // d_v
constexpr std::size_t kPackedSize = std::size_t{32} * kCoefficientBits;
constexpr std::size_t kVectorPart = std::size_t{32} * kVectorBits;

using Context = std::unique_ptr<EVP_MD_CTX, OpensslFree<&EVP_MD_CTX_free>>;

struct Algorithms {
  const EVP_MD* sha3_256 = must_have(EVP_MD_fetch(nullptr, "SHA3-256", nullptr));
  const EVP_MD* sha3_512 = must_have(EVP_MD_fetch(nullptr, "SHA3-512", nullptr));
  const EVP_MD* shake128 = must_have(EVP_MD_fetch(nullptr, "SHAKE-128", nullptr));
  const EVP_MD* shake256 = must_have(EVP_MD_fetch(nullptr, "SHAKE-256", nullptr));
};

// Looked up once, see hash.cpp.
const Algorithms& algorithms() {
  static const Algorithms found;
  return found;
}

template <class... Parts>
void hash(const EVP_MD* algorithm, MutableBytes out, const Parts&... parts) {
  const Context state(must_have(EVP_MD_CTX_new()));
  must(EVP_DigestInit_ex2(state.get(), algorithm, nullptr));
  (must(EVP_DigestUpdate(state.get(), std::data(parts), std::size(parts))), ...);
  if (algorithm == algorithms().sha3_256 || algorithm == algorithms().sha3_512) {
    must(EVP_DigestFinal_ex(state.get(), out.data(), nullptr));
  } else {
    must(EVP_DigestFinalXOF(state.get(), out.data(), out.size()));
  }
}

using Vector = std::array<Polynomial, kRank>;
using Byte = std::array<std::uint8_t, 1>;

void wipe(Vector& vector) { rozaneh::wipe({reinterpret_cast<std::uint8_t*>(&vector), sizeof vector}); }

// Algorithm 7: a polynomial of the public matrix, as a transform. Public, so it may take as long as it takes.
Polynomial matrix_entry(Bytes rho, std::size_t row, std::size_t column) {
  const std::array<std::uint8_t, 2> place = {static_cast<std::uint8_t>(column),
                                             static_cast<std::uint8_t>(row)};
  // OpenSSL 3.0 gives all of an output at once: as much as is nearly always enough, else more of the same.
  for (Buffer stream(std::size_t{4} * 168);; stream.resize(2 * stream.size())) {
    hash(algorithms().shake128, stream, rho, place);
    Polynomial polynomial;
    std::size_t count = 0;
    for (std::size_t i = 0; i + 3 <= stream.size() && count < 256; i += 3) {
      const unsigned first = stream[i] | (stream[i + 1] & 15U) << 8U;
      const unsigned second = stream[i + 1] >> 4U | static_cast<unsigned>(stream[i + 2]) << 4U;
      if (first < kMlkemPrime) polynomial.at[count++] = static_cast<std::uint16_t>(first);
      if (second < kMlkemPrime && count < 256) polynomial.at[count++] = static_cast<std::uint16_t>(second);
    }
    if (count == 256) return polynomial;
  }
}

Polynomial small(Bytes seed, std::uint8_t number) {
  Secret<128> random;
  hash(algorithms().shake256, random.bytes(), seed, Byte{number});
  return small_polynomial(random.bytes());
}

Vector small_vector(Bytes seed, std::uint8_t first) {
  Vector vector;
  for (auto& each : vector) each = small(seed, first++);
  return vector;
}

struct Keys {
  MlkemPublicKey open{};
  Vector secret;  // as transforms

  Keys() = default;
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;
  ~Keys() { wipe(secret); }
};

// Algorithm 13. What it keeps of the private key is not packed, since nobody stores it.
void make_keys(const MlkemSeed& seed, Keys& keys) {
  Secret<64> both;  // rho, sigma
  hash(algorithms().sha3_512, both.bytes(), seed.bytes().first<32>(), Byte{kRank});
  const Bytes rho = both.bytes().first<32>();
  const Bytes sigma = both.bytes().last<32>();
  keys.secret = small_vector(sigma, 0);
  Vector sum = small_vector(sigma, kRank);
  for (auto& each : keys.secret) to_ntt(each);
  for (std::size_t row = 0; row < kRank; ++row) {
    to_ntt(sum[row]);
    for (std::size_t column = 0; column < kRank; ++column)
      add_product(sum[row], matrix_entry(rho, row, column), keys.secret[column]);
    pack(sum[row], kCoefficientBits, MutableBytes(keys.open).subspan(row * kPackedSize, kPackedSize));
  }
  copy(MutableBytes(keys.open).last(32), rho);
}

// Algorithm 14.
MlkemCiphertext encrypt(const MlkemPublicKey& key, const Secret<32>& message, Bytes random) {
  const Bytes rho = Bytes(key).last(32);
  Vector y = small_vector(random, 0);
  for (auto& each : y) to_ntt(each);
  MlkemCiphertext ciphertext;
  Polynomial value;
  for (std::size_t row = 0; row < kRank; ++row) {
    Polynomial sum;
    for (std::size_t column = 0; column < kRank; ++column)
      add_product(sum, matrix_entry(rho, column, row), y[column]);  // transposed
    from_ntt(sum);
    sum += small(random, static_cast<std::uint8_t>(kRank + row));
    pack(compress(sum, kVectorBits), kVectorBits,
         MutableBytes(ciphertext).subspan(row * kVectorPart, kVectorPart));
    add_product(value, unpack(Bytes(key).subspan(row * kPackedSize, kPackedSize), kCoefficientBits), y[row]);
  }
  from_ntt(value);
  value += small(random, 2 * kRank);
  value += decompress(unpack(message.bytes(), 1), 1);
  pack(compress(value, kValueBits), kValueBits, MutableBytes(ciphertext).subspan(kRank * kVectorPart));
  wipe(y);
  return ciphertext;
}

// Algorithm 15.
Secret<32> decrypt(const Vector& secret, const MlkemCiphertext& ciphertext) {
  Polynomial product;
  for (std::size_t row = 0; row < kRank; ++row) {
    const Bytes packed = Bytes(ciphertext).subspan(row * kVectorPart, kVectorPart);
    Polynomial part = decompress(unpack(packed, kVectorBits), kVectorBits);
    to_ntt(part);
    add_product(product, secret[row], part);
  }
  from_ntt(product);
  const Bytes packed = Bytes(ciphertext).subspan(kRank * kVectorPart);
  Polynomial value = decompress(unpack(packed, kValueBits), kValueBits);
  value -= product;
  Secret<32> message;
  pack(compress(value, 1), 1, message.bytes());
  return message;
}

// Section 7.2: every coefficient was reduced.
bool is_key(const MlkemPublicKey& key) {
  for (std::size_t row = 0; row < kRank; ++row)
    for (const auto each : unpack(Bytes(key).subspan(row * kPackedSize, kPackedSize), kCoefficientBits).at)
      if (each >= kMlkemPrime) return false;
  return true;
}

// The shared secret and the randomness of a message, by Algorithm 17.
Secret<64> derive(const Secret<32>& message, const MlkemPublicKey& key) {
  std::array<std::uint8_t, 32> digest{};
  hash(algorithms().sha3_256, digest, key);
  Secret<64> both;
  hash(algorithms().sha3_512, both.bytes(), message.bytes(), digest);
  return both;
}

}  // namespace

MlkemPublicKey mlkem768_public_key(const MlkemSeed& seed) {
  Keys keys;
  make_keys(seed, keys);
  return keys.open;
}

std::optional<MlkemEncapsulated> mlkem768_encapsulate(const MlkemPublicKey& key, const Secret<32>& random) {
  if (!is_key(key)) return std::nullopt;
  const Secret<64> both = derive(random, key);
  MlkemEncapsulated made;
  made.ciphertext = encrypt(key, random, both.bytes().last<32>());
  copy(made.shared.bytes(), both.bytes().first<32>());
  return made;
}

Secret<32> mlkem768_decapsulate(const MlkemSeed& seed, const MlkemCiphertext& ciphertext) {
  Keys keys;
  make_keys(seed, keys);
  const Secret<32> message = decrypt(keys.secret, ciphertext);
  const Secret<64> both = derive(message, keys.open);
  Secret<32> shared;
  hash(algorithms().shake256, shared.bytes(), seed.bytes().last<32>(), ciphertext);
  const MlkemCiphertext again = encrypt(keys.open, message, both.bytes().last<32>());
  // All bytes of the right secret where the ciphertexts are the same, else none.
  unsigned different = 0;
  for (std::size_t i = 0; i < again.size(); ++i) different |= static_cast<unsigned>(again[i] ^ ciphertext[i]);
  const auto keep = static_cast<std::uint8_t>((different - 1U) >> 8U);
  for (std::size_t i = 0; i < Secret<32>::kSize; ++i)
    shared.bytes()[i] = static_cast<std::uint8_t>((both.bytes()[i] & keep) | (shared.bytes()[i] & ~keep));
  return shared;
}

}  // namespace rozaneh::crypto
