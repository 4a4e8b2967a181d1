#include "cli/running.h"

#include <unistd.h>

#include <csignal>

#include "io/descriptor_limit.h"
#include "io/startup_pages.h"

namespace rozaneh::cli {
namespace {

// "1.2 MB"
std::string human_bytes(std::uint64_t count) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(count);
  std::size_t unit = 0;
  for (; value >= 1000 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  return unit == 0 ? fmt::format("{} B", count) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string human_time(std::chrono::seconds time) {
  const auto seconds = time.count();
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace

void Running::run(std::function<void()> reload) {
  io::raise_descriptor_limit();  // systems give 1024, and a connection takes two
  reload_ = std::move(reload);
  const io::Signals signals(loops_.first(), [this](int number) { on_signal(number); });
  if (isatty(STDOUT_FILENO) != 0) loops_.first().spawn(show_status());
  io::release_startup_pages();
  loops_.run();
  console_.status("");
  console_.event("ended", "",
                 {{"connections", counters_.accepted.load()},
                  {"up", counters_.up.load()},
                  {"down", counters_.down.load()}});
}

void Running::end() { on_signal(SIGTERM); }

void Running::on_signal(int number) {
  if (number == SIGHUP) {
    reload_();
    return;
  }
  if (std::exchange(ending_, true)) {
    loops_.stop();
    return;
  }
  server_.close();
  loops_.first().spawn(drain());
}

io::Task<> Running::drain() {
  // Only those that carry bytes: a stranger that says nothing must not hold the end back.
  const std::uint64_t open = counters_.open;
  if (open > 0)
    console_.event(
        "draining",
        fmt::format("Ending: {} connections are open and may take {} s; a second signal ends them now.", open,
                    options_.drain_limit.count()),
        {{"open", open}});
  const auto until = io::Clock::now() + options_.drain_limit;
  while (counters_.open > 0 && io::Clock::now() < until)
    co_await loops_.first().sleep(std::chrono::milliseconds(50));
  loops_.stop();
}

io::Task<> Running::show_status() {
  const auto begun = io::Clock::now();
  for (;;) {
    const auto up_time = std::chrono::floor<std::chrono::seconds>(io::Clock::now() - begun);
    console_.status(fmt::format("{}  {} open, {} so far, {} failed  ↑ {}  ↓ {}", human_time(up_time),
                                counters_.open.load(), counters_.accepted.load(), counters_.failed.load(),
                                human_bytes(counters_.up), human_bytes(counters_.down)));
    co_await loops_.first().sleep(std::chrono::seconds(1));
  }
}

}  // namespace rozaneh::cli
