#include "io/stoppable.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>

namespace rozaneh::io {

struct Stoppable::Ending {
  asio::cancellation_signal signal;
  bool stopped = false;
};

Stoppable::Stoppable(Loop& loop, Task<> task) : ending_(std::make_shared<Ending>()) {
  auto ended = [&loop, ending = ending_](const std::exception_ptr& thrown) {
    if (!thrown || ending->stopped) return;  // the throw is how it ends when it is stopped
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      loop.log().error("a task ended by an unexpected failure: {}", e.what());
    }
  };
  asio::co_spawn(loop.executor(), std::move(task),
                 asio::bind_cancellation_slot(ending_->signal.slot(), std::move(ended)));
}

Stoppable::~Stoppable() {
  ending_->stopped = true;
  ending_->signal.emit(asio::cancellation_type::terminal);
}

}  // namespace rozaneh::io
