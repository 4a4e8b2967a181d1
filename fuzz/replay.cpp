// Runs a fuzz target over its seeds without libFuzzer: each seed whole, cut short, and with single bits
// flipped. Deterministic, so that a failure is the same on every machine.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

using Seed = std::vector<std::uint8_t>;

// At most this many cuts and this many flips a seed; a longer seed is sampled evenly.
constexpr std::size_t kMaxVariants = 1024;

// A copy of its own size, so that AddressSanitizer sees a read past the end.
void run(const Seed& seed, std::size_t size) {
  const Seed exact(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(size));
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::size_t replay(Seed seed) {
  std::size_t runs = 0;
  const std::size_t cut = seed.size() / kMaxVariants + 1;
  for (std::size_t size = 0; size < seed.size(); size += cut, ++runs) run(seed, size);
  const std::size_t bits = seed.size() * 8;
  const std::size_t stride = bits / kMaxVariants + 1;
  for (std::size_t bit = 0; bit < bits; bit += stride, ++runs) {
    const auto mask = static_cast<std::uint8_t>(1U << bit % 8);
    seed[bit / 8] ^= mask;
    run(seed, seed.size());
    seed[bit / 8] ^= mask;
  }
  run(seed, seed.size());
  return runs + 1;
}

Seed read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::fputs("usage: <target> CORPUS_FOLDER\n", stderr);
    return 2;
  }
  std::vector<std::filesystem::path> seeds;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) seeds.push_back(entry.path());
  std::ranges::sort(seeds);
  std::size_t runs = 0;
  for (const auto& path : seeds) {
    std::printf("%s\n", path.filename().c_str());
    std::fflush(stdout);  // so that a crash shows which seed it was
    runs += replay(read_file(path));
  }
  std::printf("%zu seeds, %zu inputs\n", seeds.size(), runs);
  return seeds.empty() ? 1 : 0;
}
