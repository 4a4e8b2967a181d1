// Boxes of obfs4's frames, on each implementation that this CPU has, beside libsodium's secretbox and
// OpenSSL's and libsodium's Poly1305. The arguments are the number of boxes in a batch and the size of a box
// with its tag; 45 boxes of 1446 bytes fill the 64 KiB that one read takes from a socket.
#include <benchmark/benchmark.h>
#include <sodium.h>

#include "crypto/poly1305.h"
#include "crypto/random.h"
#include "crypto/salsa20_batch.h"
#include "crypto/secretbox.h"
#include "crypto/sodium.h"

namespace rozaneh::crypto {
namespace {

constexpr std::size_t kTag = SecretBox::kOverhead;
constexpr std::size_t kFrameHead = 2;

// A batch of frames as they lie in a socket's buffer, with random texts.
class Batch {
 public:
  explicit Batch(const benchmark::State& state)
      : count_(static_cast<std::size_t>(state.range(0))), size_(static_cast<std::size_t>(state.range(1))) {
    start_sodium();
    SeededRandom(45).fill(key_);
    bytes_ = SeededRandom(1446).bytes(count_ * (kFrameHead + size_));
    for (std::size_t i = 0; i < count_; ++i) {
      boxes_.push_back({i, std::span(bytes_).subspan(i * (kFrameHead + size_) + kFrameHead, size_)});
    }
  }

  [[nodiscard]] std::span<const std::uint8_t, 32> key() const { return key_; }
  [[nodiscard]] std::span<const std::uint8_t, 16> prefix() const { return prefix_; }
  [[nodiscard]] std::span<const Box> boxes() const { return boxes_; }
  [[nodiscard]] Buffer& bytes() { return bytes_; }

  // The nonce that libsodium wants for a box; the batches are shorter than 256.
  static std::array<std::uint8_t, crypto_secretbox_NONCEBYTES> nonce(const Box& box) {
    std::array<std::uint8_t, crypto_secretbox_NONCEBYTES> nonce{};
    nonce.back() = static_cast<std::uint8_t>(box.counter);
    return nonce;
  }

  void report(benchmark::State& state) const {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(count_ * size_));
    state.counters["per box"] =
        benchmark::Counter(static_cast<double>(count_),
                           benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  }

 private:
  std::size_t count_;
  std::size_t size_;
  std::array<std::uint8_t, 32> key_{};
  std::array<std::uint8_t, 16> prefix_{};
  Buffer bytes_;
  std::vector<Box> boxes_;
};

template <class Work>
void run(benchmark::State& state, Work work) {
  Batch batch(state);
  for (auto _ : state) {
    work(batch);
    benchmark::ClobberMemory();
  }
  batch.report(state);
}

// Opening destroys what it opens, so the sealed bytes are put back before; that copy is some 25 ns a frame.
template <class Work>
void run_open(benchmark::State& state, const SecretBox& box, Work work) {
  Batch batch(state);
  box.seal(batch.boxes());
  const Buffer sealed = batch.bytes();
  for (auto _ : state) {
    copy(batch.bytes(), sealed);
    if (!work(batch)) state.SkipWithError("a box did not open");
  }
  batch.report(state);
}

SecretBox box_for(const benchmark::State& state, const Salsa20& salsa) {
  const Batch batch(state);
  return {batch.key(), batch.prefix(), salsa};
}

void seal(benchmark::State& state, const Salsa20& salsa) {
  const SecretBox box = box_for(state, salsa);
  run(state, [&](Batch& batch) { box.seal(batch.boxes()); });
}

void open(benchmark::State& state, const Salsa20& salsa) {
  const SecretBox box = box_for(state, salsa);
  run_open(state, box, [&](Batch& batch) { return box.open(batch.boxes()) == batch.boxes().size(); });
}

void salsa20(benchmark::State& state, const Salsa20& salsa) {
  run(state, [&](Batch& batch) {
    Salsa20Batch blocks(salsa, batch.key());
    for (const Box& box : batch.boxes()) blocks.add(box.counter, 0, box.bytes);
    blocks.flush();
  });
}

void poly1305(benchmark::State& state, const char* properties) {
  const Poly1305 maker(properties);
  run(state, [&](Batch& batch) {
    for (const Box& box : batch.boxes()) {
      maker.tag(box.bytes.first<kTag>(), box.bytes.subspan(kTag), batch.key());
    }
  });
}

void libsodium_seal(benchmark::State& state) {
  run(state, [](Batch& batch) {
    for (const Box& box : batch.boxes()) {
      crypto_secretbox_easy(box.bytes.data(), box.bytes.data() + kTag, box.bytes.size() - kTag,
                            Batch::nonce(box).data(), batch.key().data());
    }
  });
}

void libsodium_open(benchmark::State& state) {
  run_open(state, box_for(state, fastest_salsa20()), [](Batch& batch) {
    return std::ranges::all_of(batch.boxes(), [&](const Box& box) {
      return crypto_secretbox_open_easy(box.bytes.data() + kTag, box.bytes.data(), box.bytes.size(),
                                        Batch::nonce(box).data(), batch.key().data()) == 0;
    });
  });
}

void libsodium_salsa20(benchmark::State& state) {
  run(state, [](Batch& batch) {
    for (const Box& box : batch.boxes()) {
      crypto_stream_xsalsa20_xor(box.bytes.data(), box.bytes.data(), box.bytes.size(),
                                 Batch::nonce(box).data(), batch.key().data());
    }
  });
}

void sizes(benchmark::internal::Benchmark* bench) { bench->Args({45, 1446})->Args({1, 1446})->Args({1, 64}); }

// Registered before main runs, since the implementations are known only on the machine.
const bool kRegistered = [] {
  for (const Salsa20& salsa : salsa20_implementations()) {
    const std::string name = salsa.name;
    benchmark::RegisterBenchmark(("seal/" + name).c_str(), seal, salsa)->Apply(sizes);
    benchmark::RegisterBenchmark(("open/" + name).c_str(), open, salsa)->Apply(sizes);
    benchmark::RegisterBenchmark(("salsa20/" + name).c_str(), salsa20, salsa)->Args({45, 1446});
  }
  benchmark::RegisterBenchmark("seal/libsodium", libsodium_seal)->Apply(sizes);
  benchmark::RegisterBenchmark("open/libsodium", libsodium_open)->Apply(sizes);
  benchmark::RegisterBenchmark("salsa20/libsodium", libsodium_salsa20)->Args({45, 1446});
  benchmark::RegisterBenchmark("poly1305/openssl", poly1305, "provider=default")->Args({45, 1446});
  benchmark::RegisterBenchmark("poly1305/libsodium", poly1305, "provider=absent")->Args({45, 1446});
  return true;
}();

}  // namespace
}  // namespace rozaneh::crypto
