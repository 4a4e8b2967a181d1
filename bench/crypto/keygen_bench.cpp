// What the secrets of one new connection cost: key pairs, decoding, shared secrets, MACs.
#include <benchmark/benchmark.h>

#include "crypto/hash.h"
#include "crypto/obfuscated_key.h"
#include "crypto/random.h"
#include "crypto/uniform_dh.h"
#include "crypto/x25519_pair.h"

namespace rozaneh::crypto {
namespace {

// The mean with all retries, as a connection pays it.
void obfuscated_key_pair_with_retries(benchmark::State& state) {
  SystemRandom random;
  for (auto _ : state) benchmark::DoNotOptimize(make_obfuscated_key_pair(random));
}
BENCHMARK(obfuscated_key_pair_with_retries);

// What one batch costs and how many pairs it gives: the time of a pair is their quotient.
void obfuscated_key_pairs_batch(benchmark::State& state, const Simd25519* simd) {
  SystemRandom random;
  std::size_t pairs = 0;
  for (auto _ : state) pairs += make_obfuscated_key_pairs(random, simd).size();
  state.counters["time_of_a_pair"] = benchmark::Counter(
      static_cast<double>(pairs), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(obfuscated_key_pairs_batch, scalar, nullptr);
BENCHMARK_CAPTURE(obfuscated_key_pairs_batch, fastest, simd25519());

void obfuscated_key_pair_one_try(benchmark::State& state) {
  SystemRandom random;
  PrivateKey key;
  for (auto _ : state) {
    random.fill(key.bytes());
    benchmark::DoNotOptimize(obfuscated_key_pair(key, 0));
  }
}
BENCHMARK(obfuscated_key_pair_one_try);

void representative_to_public_key(benchmark::State& state) {
  SystemRandom random;
  Representative representative;
  for (auto _ : state) {
    random.fill(representative.bytes);
    benchmark::DoNotOptimize(public_key_of(representative));
  }
}
BENCHMARK(representative_to_public_key);

void x25519_shared_secret(benchmark::State& state) {
  SystemRandom random;
  const KeyPair ours = make_key_pair(random);
  const KeyPair theirs = make_key_pair(random);
  for (auto _ : state) benchmark::DoNotOptimize(x25519(ours.private_key, theirs.public_key));
}
BENCHMARK(x25519_shared_secret);

void two_shared_secrets(benchmark::State& state, const Simd25519* simd) {
  SystemRandom random;
  const KeyPair ours = make_key_pair(random);
  const KeyPair identity = make_key_pair(random);
  const KeyPair theirs = make_key_pair(random);
  const Exchange first{ours.private_key, theirs.public_key};
  const Exchange second{identity.private_key, theirs.public_key};
  for (auto _ : state) benchmark::DoNotOptimize(x25519_pair(first, second, simd));
}
BENCHMARK_CAPTURE(two_shared_secrets, libsodium, nullptr);
BENCHMARK_CAPTURE(two_shared_secrets, fastest, simd25519());

// One side of obfs4's handshake: a pair, the peer's key out of its representative, two shared secrets.
void obfs4_handshake_keys(benchmark::State& state) {
  SystemRandom random;
  const KeyPair identity = make_key_pair(random);
  const auto peer = make_obfuscated_key_pair(random);
  std::vector<ObfuscatedKeyPair> ready;
  for (auto _ : state) {
    if (ready.empty()) ready = make_obfuscated_key_pairs(random);
    const auto ours = ready.back();
    ready.pop_back();
    const PublicKey theirs = public_key_of(peer.representative);
    benchmark::DoNotOptimize(
        x25519_pair({ours.private_key, theirs}, {ours.private_key, identity.public_key}));
  }
}
BENCHMARK(obfs4_handshake_keys);

void uniform_dh_key_pair(benchmark::State& state) {
  SystemRandom random;
  for (auto _ : state) benchmark::DoNotOptimize(UniformDh::make(random));
}
BENCHMARK(uniform_dh_key_pair);

void uniform_dh_shared_secret(benchmark::State& state) {
  SystemRandom random;
  const auto ours = UniformDh::make(random);
  const auto theirs = UniformDh::make(random);
  for (auto _ : state) benchmark::DoNotOptimize(ours.shared_secret(theirs.public_key()));
}
BENCHMARK(uniform_dh_shared_secret);

void hmac_of_bytes(benchmark::State& state) {
  const Buffer key(52, 1);
  const Buffer message(static_cast<std::size_t>(state.range(0)), 2);
  for (auto _ : state) benchmark::DoNotOptimize(hmac_sha256(key, message));
}
BENCHMARK(hmac_of_bytes)->Arg(32)->Arg(4096);

void random_bytes(benchmark::State& state) {
  SystemRandom random;
  Buffer out(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) random.fill(out);
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(random_bytes)->Arg(4)->Arg(32)->Arg(8192);

}  // namespace
}  // namespace rozaneh::crypto
