#include "io/loop.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>

namespace rozaneh::io {

Loop::Loop(Log& log)
    : log_(log),
      idle_([this] { arm_idle_timer(); }, [this] { idle_timer_.cancel(); }),
      idle_timer_(executor()) {}

Loop::~Loop() { idle_.stop(); }  // the timer goes before the frames, which leave the sweep

void Loop::run() { context_.run(); }

void Loop::run_until_stopped() {
  const asio::executor_work_guard<Executor> busy(executor());
  context_.run();
}

void Loop::spawn(Task<> task) {
  asio::co_spawn(context_, std::move(task), [this](const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      log_.error("a connection ended by an unexpected failure: {}", e.what());
    }
  });
}

void Loop::post(std::function<void()> work) { asio::post(context_, std::move(work)); }

void Loop::arm_idle_timer() {
  if (idle_timer_armed_) return;
  idle_timer_armed_ = true;
  idle_timer_.expires_after(IdleSweep::kTick);
  idle_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    idle_timer_armed_ = false;
    if (!cancelled) idle_.sweep();
    if (idle_.watching()) arm_idle_timer();  // perhaps again: it was cancelled when nothing was watched
  });
}

Task<> Loop::sleep(Clock::duration duration) {
  Timer timer(executor(), duration);
  co_await timer.async_wait(kResume);
}

}  // namespace rozaneh::io
