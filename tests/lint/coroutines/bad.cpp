// Each marked line breaks the rule of its mark; the lint must name exactly these lines.
#include "task.h"

Task in_if() {
  if (co_await read(1)) co_return 1;  // R1
  co_return 0;
}

Task in_if_with_others(bool ready) {
  if (ready && !co_await read(1)) co_return 1;  // R1
  co_return 0;
}

Task in_while() {
  while (co_await read(1)) use(1);  // R1
  co_return 0;
}

Task in_do() {
  do {  // R1
    use(1);
  } while (co_await read(1));
  co_return 0;
}

Task in_for() {
  for (int i = 0; co_await read(i); ++i) use(i);  // R1
  co_return 0;
}

Task in_switch() {
  switch (co_await read(1)) {  // R1
    default:
      co_return 0;
  }
}

Task in_ternary(bool first) {
  const int got = first ? co_await read(1) : 2;  // R1
  co_return got;
}

Task in_sum() {
  const int got = 1 + co_await read(1);  // R1
  co_return got;
}

Task in_argument() {
  use(co_await read(1));  // R1
  co_return 0;
}

Task braces() {
  co_await dial({1, 2});  // R2
  co_return 0;
}

Task designated_braces() {
  const int got = co_await dial(Options{.retries = 1, .seconds = 2});  // R2
  co_return got;
}

Task inline_lambda(int value) {
  co_await run([value] { return value; });  // R2
  co_return 0;
}

Task capturing_coroutine(int value) {
  auto later = [value]() -> Task {  // R3
    const int got = co_await read(value);
    co_return got;
  };
  co_await later();
  co_return 0;
}

Task nested() {
  co_await read(co_await read(1));  // R1
  co_return 0;
}

struct Reader {
  int value() { return 0; }
};
struct ReaderTask : Task {
  Reader await_resume() { return {}; }
};
ReaderTask reader();

Task member_of_awaited() {
  const int got = (co_await reader()).value();  // R1
  co_return got;
}
