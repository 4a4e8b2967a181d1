#include "cli/running.h"

#include <unistd.h>

#include <csignal>

#include "io/descriptor_limit.h"
#include "io/last_words.h"
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

// What is not worth a person's time.
bool is_nothing(const nlohmann::json& count) {
  if (const auto* text = count.get_ptr<const std::string*>()) return text->empty();
  return count == 0 || count == false;
}

std::string human_time(std::chrono::seconds time) {
  const auto seconds = time.count();
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace

void Running::run(std::function<void()> reload) {
  const std::size_t files = io::raise_descriptor_limit();  // systems give 1024, and a connection takes two
  if (files > 0 && options_.limits.total > files / 2)
    console_.info(
        "the system allows {} open files, of which a connection that leads on takes two; the limit is {}",
        files, options_.limits.total);
  reload_ = std::move(reload);
  const io::Signals signals(loops_.first(), [this](int number) { on_signal(number); });
  if (keeping_.ready) keeping_.ready();
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

void Running::report() {
  using Full = io::ConnectionLimits::Full;
  std::uint64_t starved = 0;
  for (std::size_t i = 0; i < loops_.size(); ++i) starved += loops_[i].starved();
  nlohmann::json counts = {{"held", limits_.held()},
                           {"open", counters_.open.load()},
                           {"connections", counters_.accepted.load()},
                           {"failed", counters_.failed.load()},
                           {"up", counters_.up.load()},
                           {"down", counters_.down.load()},
                           {"over_limit", limits_.refused(Full::total)},
                           {"over_address_limit", limits_.refused(Full::address)},
                           {"no_descriptors", starved}};
  if (const auto carried = counters_.datagrams.load(), dropped = counters_.datagrams_dropped.load();
      carried + dropped > 0)
    counts.update(
        {{"flows", counters_.flows.load()}, {"datagrams", carried}, {"datagrams_dropped", dropped}});
  if (more_) counts.update(more_());
  std::string sentence = "Counted:";
  for (const auto& [name, count] : counts.items())
    if (!is_nothing(count))
      sentence += fmt::format(" {} {};", name, count.is_string() ? count.get<std::string>() : count.dump());
  sentence.back() = '.';
  console_.event("counted", sentence, counts);
}

void Running::on_signal(int number) {
  if (number == SIGHUP) {
    reload_();
    return;
  }
  if (number == SIGUSR1) {
    report();
    return;
  }
  if (number == SIGUSR2) {
    if (!ending_ && keeping_.to_successor && keeping_.to_successor()) ending_ = true;
    return;
  }
  if (std::exchange(ending_, true)) {
    if (std::exchange(hurried_, true)) loops_.stop();
    return;
  }
  if (number == SIGTERM && keeping_.to_store && keeping_.to_store()) return;
  if (keeping_.drain) keeping_.drain();
  // Sessions that are there lose connections and make new ones: only those are taken from here on.
  if (!keeping_.sessions || keeping_.sessions() == 0) server_.close();
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
  while (counters_.open > 0 && !hurried_ && io::Clock::now() < until)
    co_await loops_.first().sleep(std::chrono::milliseconds(50));
  if (keeping_.end) {
    const std::weak_ptr<void> telling = keeping_.end();
    co_await io::last_words(loops_.first(), telling);
  }
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
