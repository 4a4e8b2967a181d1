// The load of script/bench --signal, on loopback and nothing else.
//
//     signal_load backend                                   see backend.h
//     signal_load bulk WHERE up|down STREAMS BYTES          carries BYTES in all; prints the seconds
//     signal_load connections WHERE full|resumed COUNT PARALLEL
//         opens, waits for an answer, closes; prints the seconds
//     signal_load echo WHERE STREAMS ROUNDS
//         1 KB there and back; prints the median and the 99th of 100, µs
//     signal_load idle WHERE COUNT
//         opens, prints how many stand, waits for its standard input to end, prints how many still stand
//
// WHERE is a port, see link.h. Threads that block are all it takes: what the load itself costs is not
// counted.
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <mutex>
#include <thread>

#include "backend.h"
#include "link.h"

namespace {

using load::Link;
using load::Where;
using Clock = std::chrono::steady_clock;
constexpr std::size_t kBlock = 64 * 1024;
constexpr std::size_t kEcho = 1024;

double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

// Runs `work` with each number below `count`, all at once.
void at_once(unsigned count, const std::function<void(unsigned)>& work) {
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < count; ++i)
    threads.emplace_back([&work, i] {
      try {
        work(i);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "load: %s\n", error.what());
        std::_Exit(1);
      }
    });
}

int bulk(const Where& where, bool down, unsigned streams, std::uint64_t bytes) {
  const auto begun = Clock::now();
  at_once(streams, [&](unsigned number) {
    Link link(where, number);
    std::vector<char> block(kBlock, 'x');
    std::uint64_t left = bytes / streams;
    link.order(down ? 'd' : 'u', left);
    while (left > 0) {
      std::size_t size = std::min<std::uint64_t>(left, block.size());
      if (down) size = link.some(block.data(), size);
      if (!down) link.send(block.data(), size);
      left -= size;
    }
    if (!down) link.all(block.data(), 1);
  });
  std::printf("%.6f\n", seconds_since(begun));
  return 0;
}

int connections(const Where& where, bool resume, int count, unsigned parallel) {
  std::atomic<int> left = count;
  std::atomic<unsigned> resumed = 0;
  const auto begun = Clock::now();
  at_once(parallel, [&](unsigned number) {
    load::Sessions sessions;
    while (left.fetch_sub(1) > 0) const Link link(where, number, resume ? &sessions : nullptr);
    resumed += sessions.resumed;
  });
  const double seconds = seconds_since(begun);
  if (resume && resumed + parallel < static_cast<unsigned>(count)) {
    std::fprintf(stderr, "load: only %u of %d were resumed\n", resumed.load(), count);
    return 1;
  }
  std::printf("%.6f\n", seconds);
  return 0;
}

int echo(const Where& where, unsigned streams, unsigned rounds) {
  std::mutex mutex;
  std::vector<double> all;
  at_once(streams, [&](unsigned number) {
    Link link(where, number);
    link.order('e', 0);
    std::vector<double> taken;
    std::vector<char> block(kEcho, 'x');
    for (unsigned i = 0; i < rounds; ++i) {
      const auto begun = Clock::now();
      link.send(block.data(), block.size());
      link.all(block.data(), block.size());
      taken.push_back(1e6 * seconds_since(begun));
    }
    const std::scoped_lock lock(mutex);
    all.insert(all.end(), taken.begin() + rounds / 10, taken.end());
  });
  std::ranges::sort(all);
  std::printf("%.2f %.2f\n", all[all.size() / 2], all[all.size() * 99 / 100]);
  return 0;
}

// Whether the other side has not ended it.
bool stands(int descriptor) {
  char byte = 0;
  return recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

int idle(const Where& where, int count) {
  constexpr unsigned kParallel = 16;
  // A proxy that takes more than it can serve lets each wait.
  const auto end = Clock::now() + std::chrono::minutes(3);
  std::mutex mutex;
  std::vector<int> open_ones;
  std::atomic<int> left = count;
  at_once(kParallel, [&](unsigned number) {
    for (int mine = left.fetch_sub(1); mine > 0 && Clock::now() < end; mine = left.fetch_sub(1)) try {
        Link link(where, static_cast<unsigned>(mine) + number);
        const std::scoped_lock lock(mutex);
        open_ones.push_back(link.let_go());
      } catch (const std::runtime_error&) {
        continue;  // the count tells
      }
  });
  std::printf("%zd\n", std::ranges::count_if(open_ones, stands));
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  std::printf("%zd\n", std::ranges::count_if(open_ones, stands));
  return 0;
}

void allow_many_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const std::vector<std::string>& word) {
  const std::string what = word.empty() ? "" : word[0];
  const auto number = [&word](std::size_t at) { return std::stoull(word[at]); };
  if (what == "backend") return load::run_backend();
  const Where where = word.size() > 1 ? load::parse_where(word[1]) : Where();
  if (what == "bulk" && word.size() == 5)
    return bulk(where, word[2] == "down", static_cast<unsigned>(number(3)), number(4));
  if (what == "connections" && word.size() == 5)
    return connections(where, word[2] == "resumed", static_cast<int>(number(3)),
                       static_cast<unsigned>(number(4)));
  if (what == "echo" && word.size() == 4)
    return echo(where, static_cast<unsigned>(number(2)), static_cast<unsigned>(number(3)));
  if (what == "idle" && word.size() == 3) return idle(where, static_cast<int>(number(2)));
  std::fputs("usage: see the head of bench/signal/load.cpp\n", stderr);
  return 2;
}

}  // namespace

int main(int count, char** words) {
  // OpenSSL writes without MSG_NOSIGNAL, and a proxy that is full hangs up in the middle of a handshake.
  std::signal(SIGPIPE, SIG_IGN);
  allow_many_descriptors();
  try {
    return run(std::vector<std::string>(words + 1, words + count));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return 1;
  }
}
