#include "proxy/ways.h"

#include "io/error.h"
#include "io/holding_stream.h"
#include "wire/socks_reply.h"

namespace rozaneh::proxy {
namespace {

// The far end answered, even if not as we had hoped: the way itself works.
bool reached(const Error& error) { return error.layer() == layer_of(SocksReply::general_failure); }

// Another way would fail as this one did: nobody on it is to blame.
bool of_this_machine(const Error& error) { return error.is(io::IoError::no_descriptors); }

}  // namespace

Ways::Choice Ways::choice() {
  const std::scoped_lock lock(mutex_);
  return {.way = list_[current_], .index = current_};
}

std::size_t Ways::size() {
  const std::scoped_lock lock(mutex_);
  return list_.size();
}

void Ways::worked(const Choice& choice, io::Clock::duration took) {
  {
    const std::scoped_lock lock(mutex_);
    held_back_ = false;
    const bool news = !std::exchange(current_works_, true);
    if (!news) return;
  }
  observer_.way_changed(*choice.way, took, nullptr);
}

void Ways::failed(const Choice& choice, io::Clock::duration took, const Error& error) {
  observer_.way_changed(*choice.way, took, &error);
  const std::scoped_lock lock(mutex_);
  // Another connection may have moved on already.
  if (choice.index != current_ || list_[current_] != choice.way) return;
  current_ = (current_ + 1) % list_.size();
  current_works_ = false;
}

void Ways::held_back(const Error& error) {
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(held_back_, true)) return;
  }
  observer_.held_back(error);
}

io::Task<Result<io::StreamPtr>> Ways::open(io::Loop& loop, const Request& request) {
  const auto raw = raw_(loop);
  Result<io::StreamPtr> stream = fail(WayError::none_left);
  const std::size_t tries = size();
  for (std::size_t i = 0; i < tries; ++i) {
    const Choice chosen = choice();
    const auto begun = io::Clock::now();
    stream = co_await chosen.way->open(loop, *raw, request.target);
    const auto took = io::Clock::now() - begun;
    if (stream || reached(stream.error())) {
      worked(chosen, took);
      // The stream uses its way's connector, and the list may be replaced while it is open.
      if (stream) stream = io::holding(std::move(*stream), chosen.way);
      break;
    }
    if (of_this_machine(stream.error())) {
      held_back(stream.error());
      break;
    }
    failed(chosen, took, stream.error());
  }
  co_return stream;
}

io::Task<bool> Ways::find(io::Loop& loop) {
  const auto raw = raw_(loop);
  const std::size_t tries = size();
  for (std::size_t i = 0; i < tries; ++i) {
    const Choice chosen = choice();
    const auto begun = io::Clock::now();
    const auto outcome = co_await chosen.way->probe(loop, *raw);
    const auto took = io::Clock::now() - begun;
    if (outcome) {
      worked(chosen, took);
      co_return true;
    }
    failed(chosen, took, outcome.error());
  }
  co_return false;
}

void Ways::replace(List list) {
  const std::scoped_lock lock(mutex_);
  list_ = std::move(list);
  current_ = 0;
  current_works_ = false;
}

}  // namespace rozaneh::proxy
