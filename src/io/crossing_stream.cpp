#include "io/crossing_stream.h"

#include "io/event.h"

namespace rozaneh::io {

// Kept by a task of the other loop, so that it is gone before that loop is.
struct CrossingStream::Far {
  Far(Loop& there, StreamPtr stream) : inner(std::move(stream)), unused(there) {}
  StreamPtr inner;
  Event unused;
  bool is_unused = false;
};

namespace {

// What one operation answers. Kept by who waits for it alone, on our loop.
template <class T>
struct Answer {
  explicit Answer(Loop& here) : come(here) {}
  Event come;
  std::optional<Result<T>> result;
};

// Brings a result to our loop. What is posted has to be copyable.
template <class T>
void bring(Loop& here, const std::weak_ptr<Answer<T>>& answer, Result<T> result) {
  auto brought = std::make_shared<Result<T>>(std::move(result));
  here.post([answer, brought = std::move(brought)] {
    const auto waiting = answer.lock();
    if (!waiting) return;
    waiting->result.emplace(std::move(*brought));
    waiting->come.notify();
  });
}

template <class T>
Task<Result<T>> come(std::shared_ptr<Answer<T>> answer) {
  while (!answer->result) co_await answer->come.wait();
  co_return std::move(*answer->result);
}

// These run on the other loop. A chunk belongs to that loop's pool, so that its bytes come over as a copy.
template <class Far>
Task<> keep_there(std::shared_ptr<Far> far) {
  while (!far->is_unused) co_await far->unused.wait();
}

template <class Far>
Task<> read_there(Loop& here, std::shared_ptr<Far> far, std::weak_ptr<Answer<Buffer>> answer) {
  auto chunk = co_await far->inner->read();
  if (!chunk) {
    bring<Buffer>(here, answer, std::unexpected(chunk.error()));
    co_return;
  }
  const MutableBytes bytes = chunk->bytes();
  bring<Buffer>(here, answer, Buffer(bytes.begin(), bytes.end()));
}

template <class Far>
Task<> write_there(Loop& here, std::shared_ptr<Far> far, std::shared_ptr<const Buffer> bytes,
                   std::weak_ptr<Answer<Fit>> answer) {
  const auto written = co_await far->inner->write(*bytes);
  if (!written) {
    bring<Fit>(here, answer, std::unexpected(written.error()));
    co_return;
  }
  bring<Fit>(here, answer, far->inner->fit());
}

template <class Far>
Task<> finish_there(Loop& here, std::shared_ptr<Far> far, std::weak_ptr<Answer<void>> answer) {
  auto finished = co_await far->inner->finish();
  bring<void>(here, answer, std::move(finished));
}

}  // namespace

CrossingStream::CrossingStream(Loop& here, Loop& there, StreamPtr inner)
    : here_(here), there_(there), fit_(inner->fit()) {
  const auto far = std::make_shared<Far>(there, std::move(inner));
  far_ = far;
  there.spawn(keep_there(far));
}

// Calls `work` with what is there, on the other loop; not where that has ended before ours.
template <class Work>
void CrossingStream::there(const Work& work) {
  if (far_.expired()) return;
  there_.post([far = far_, work] {
    if (const auto found = far.lock()) work(found);
  });
}

CrossingStream::~CrossingStream() {
  there([](const std::shared_ptr<Far>& far) {
    far->inner->abort();
    far->is_unused = true;
    far->unused.notify();
  });
}

Task<Result<Chunk>> CrossingStream::read() {
  auto answer = std::make_shared<Answer<Buffer>>(here_);
  there([&here = here_, &loop = there_, weak = std::weak_ptr(answer)](const std::shared_ptr<Far>& far) {
    loop.spawn(read_there(here, far, weak));
  });
  auto bytes = co_await come(answer);
  if (!bytes) co_return std::unexpected(bytes.error());
  Chunk chunk;
  if (!bytes->empty()) {
    chunk = here_.pool().borrow();
    chunk.assign(*bytes);
  }
  co_return chunk;
}

Task<Result<>> CrossingStream::write(Bytes bytes) {
  auto answer = std::make_shared<Answer<Fit>>(here_);
  auto copy = std::make_shared<const Buffer>(bytes.begin(), bytes.end());
  there([&here = here_, &loop = there_, copy, weak = std::weak_ptr(answer)](const std::shared_ptr<Far>& far) {
    loop.spawn(write_there(here, far, copy, weak));
  });
  const auto fit = co_await come(answer);
  if (!fit) co_return std::unexpected(fit.error());
  fit_ = *fit;
  co_return Result<>();
}

Task<Result<>> CrossingStream::finish() {
  auto answer = std::make_shared<Answer<void>>(here_);
  there([&here = here_, &loop = there_, weak = std::weak_ptr(answer)](const std::shared_ptr<Far>& far) {
    loop.spawn(finish_there(here, far, weak));
  });
  co_return co_await come(answer);
}

void CrossingStream::abort() noexcept {
  there([](const std::shared_ptr<Far>& far) { far->inner->abort(); });
}

}  // namespace rozaneh::io
