// Nothing here breaks a rule; the lint must stay silent.
#include "task.h"

Task alone() {
  co_await read(1);
  const int got = co_await read(2);
  if (got == 0) co_return co_await read(3);
  co_return got;
}

Task assigned() {
  int got = 0;
  got = co_await read(1);
  while (got > 0) {
    got = co_await read(got);
  }
  co_return got;
}

Task constructor_call() {
  co_await dial(Named(3));
  const Options options{.retries = 1, .seconds = 2};
  co_await dial(options);
  co_return 0;
}

Task branch_on_name(bool first) {
  if (first) {
    co_await read(1);
  } else {
    co_await read(2);
  }
  co_return first ? 1 : 2;
}

Task named_lambda(int value) {
  auto plus = [value] { return value + 1; };
  co_await run(plus);
  auto captureless = [](int argument) -> Task {
    const int got = co_await read(argument);
    co_return got;
  };
  co_await captureless(value);
  co_return 0;
}
