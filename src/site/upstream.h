// One request to the server behind us, and its answer while it comes.
#pragma once

#include <functional>

#include "io/deadline.h"
#include "io/event.h"
#include "site/answer.h"
#include "site/pipe.h"
#include "site/service.h"

namespace rozaneh::site {

// Shared by the task that reads from upstream and whoever passes the answer on, who lets it go by Interest.
// Reads at most what Pipe has room for, in memory and in its file, so that a slow visitor slows the server.
class Exchange final : public Coming, public std::enable_shared_from_this<Exchange> {
 public:
  // `news` is called whenever there is something to `take`, or will not be.
  Exchange(io::Loop& loop, const Settings& settings, std::function<void()> news);

  // The answer once its head is there, with this as what is coming; or nginx's page that says why there is
  // none: 502, 504.
  io::Task<Answer> fetch(Request request, Buffer body);
  // Nobody wants it any more.
  void leave();

  std::optional<Piece> take() override;
  [[nodiscard]] State state() const override;
  [[nodiscard]] bool buffered() const override { return pipe_ && pipe_->buffered(); }
  // Ends when there may be news.
  io::Task<> changed() { co_await changed_.wait(); }

 private:
  static io::Task<> run(std::shared_ptr<Exchange> self, Buffer out);
  io::Task<> converse(Buffer out);
  io::Task<bool> read_head(Buffer& received);
  io::Task<> read_body(Buffer received);
  io::Task<> pass(Bytes bytes);
  io::Task<Result<io::Chunk>> read();
  void tell();

  io::Loop& loop_;
  const Settings& settings_;
  std::function<void()> news_;
  io::Event changed_;
  Request request_;
  io::StreamPtr stream_;
  Answer answer_;  // its head
  std::optional<Pipe> pipe_;
  bool has_head_ = false;
  bool over_ = false;
  bool left_ = false;
  bool late_ = false;
};

// Who wants an answer; with it the exchange ends.
class Interest {
 public:
  explicit Interest(std::shared_ptr<Exchange> in) : in_(std::move(in)) {}
  Interest(const Interest&) = delete;
  Interest& operator=(const Interest&) = delete;
  ~Interest() { in_->leave(); }

 private:
  std::shared_ptr<Exchange> in_;
};

}  // namespace rozaneh::site
