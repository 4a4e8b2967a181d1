// A host's streams and flows, as whoever opens or takes them uses them.
#include "io/deadline.h"
#include "io/error.h"
#include "io/inheritance.h"
#include "io/tcp_stream.h"
#include "tunnel/host_parts.h"
#include "wire/socks_reply.h"

namespace rozaneh::tunnel {

class Host::StreamOfHost final : public io::Stream {
 public:
  StreamOfHost(std::shared_ptr<Host> host, StreamNumber number, std::shared_ptr<Waiting> waiting)
      : host_(std::move(host)), number_(number), waiting_(std::move(waiting)) {}
  StreamOfHost(const StreamOfHost&) = delete;
  StreamOfHost& operator=(const StreamOfHost&) = delete;
  ~StreamOfHost() override {
    // Of a stream that both sides have finished, the session sends what is left.
    if (!finished_ || !waiting_->read_to_end) abort();
    host_->waiting_.erase(number_);
  }

  io::Task<Result<io::Chunk>> read() override {
    const auto host = host_;
    const auto waiting = waiting_;
    while (!waiting->failure) {
      io::Chunk chunk = host->loop_.pool().borrow();
      const bool more = fill(chunk);
      host->settle();
      if (!chunk.empty() || !more) co_return chunk.empty() ? io::Chunk() : std::move(chunk);
      chunk = {};
      co_await waiting->readable.wait();
    }
    co_return std::unexpected(*waiting->failure);
  }

  io::Task<Result<>> write(Bytes bytes) override {
    const auto host = host_;
    const auto waiting = waiting_;
    while (!waiting->failure && !bytes.empty()) {
      const std::size_t count = std::min(host->session_.writable(number_), bytes.size());
      if (count > 0) {
        host->session_.write(number_, bytes.first(count));
        host->written_.notify();
        host->settle();
        bytes = bytes.subspan(count);
      } else {
        waiting->to_write = bytes;
        co_await waiting->writable.wait();
        waiting->to_write = {};
      }
    }
    if (waiting->failure) co_return std::unexpected(*waiting->failure);
    co_return Result<>();
  }

  io::Task<Result<>> finish() override {
    if (waiting_->failure) co_return std::unexpected(*waiting_->failure);
    finished_ = true;
    host_->session_.finish(number_);
    host_->settle();
    co_return Result<>();
  }

  void abort() noexcept override {
    if (waiting_->failure) return;
    host_->session_.reset(number_, ResetReason::given_up);  // of a stream that is over, it does nothing
    waiting_->fail(Error(io::IoError::aborted));
    host_->settle();
  }

 private:
  // Moves what there is to read into the chunk, as much as fits; false at the end of the stream.
  bool fill(io::Chunk& chunk) {
    Piece& rest = waiting_->rest;
    while (!chunk.room().empty()) {
      if (rest.bytes.empty()) {
        auto next = host_->session_.read(number_);
        if (next.state == Session::Read::State::wait) return true;
        waiting_->read_to_end = next.state == Session::Read::State::end || waiting_->read_to_end;
        if (next.state != Session::Read::State::bytes) return false;
        rest = std::move(next.piece);
      }
      const Piece part = rest.take(std::min(rest.bytes.size(), chunk.room().size()));
      copy(chunk.room(), part.bytes);
      chunk.grow(part.bytes.size());
    }
    return true;
  }

  std::shared_ptr<Host> host_;
  StreamNumber number_;
  std::shared_ptr<Waiting> waiting_;
  bool finished_ = false;
};

class Host::FlowOfHost final : public io::Datagrams {
 public:
  FlowOfHost(std::shared_ptr<Host> host, StreamNumber number, std::shared_ptr<Waiting> waiting)
      : host_(std::move(host)), number_(number), waiting_(std::move(waiting)) {
    ++host_->flows_;
  }
  FlowOfHost(const FlowOfHost&) = delete;
  FlowOfHost& operator=(const FlowOfHost&) = delete;
  ~FlowOfHost() override {
    end();
    host_->waiting_.erase(number_);
    --host_->flows_;
  }

  io::Task<Result<io::Datagram>> receive() override {
    const auto host = host_;
    const auto waiting = waiting_;
    const StreamNumber number = number_;
    while (!waiting->failure) {
      auto received = host->session_.receive_datagram(number);
      if (received) {
        io::Datagram datagram{.address = std::move(received->address), .bytes = std::move(received->bytes)};
        co_return datagram;
      }
      if (host->session_.read(number).state == Session::Read::State::wait) {
        co_await waiting->readable.wait();
      } else {
        waiting->fail(Error(TunnelError::reset));
      }
    }
    co_return std::unexpected(*waiting->failure);
  }

  bool send(const Target& address, Bytes bytes) override {
    if (waiting_->failure) return false;
    const bool sent = host_->session_.send_datagram(number_, address, bytes);
    host_->settle();
    return sent;
  }

  [[nodiscard]] bool ended() const override { return waiting_->failure.has_value(); }
  void abort() noexcept override { end(); }

 private:
  void end() noexcept {
    host_->session_.reset(number_, ResetReason::given_up);  // of a flow that is over, it does nothing
    waiting_->fail(Error(io::IoError::aborted));
    host_->settle();
  }

  std::shared_ptr<Host> host_;
  StreamNumber number_;
  std::shared_ptr<Waiting> waiting_;
};

std::shared_ptr<Host::Waiting> Host::wait_for(StreamNumber stream) {
  auto waiting = std::make_shared<Waiting>(loop_);
  waiting_[stream] = waiting;
  return waiting;
}

io::StreamPtr Host::stream_of(StreamNumber stream) {
  return std::make_unique<StreamOfHost>(shared_from_this(), stream, wait_for(stream));
}

io::DatagramsPtr Host::flow_of(StreamNumber stream) {
  return std::make_unique<FlowOfHost>(shared_from_this(), stream, wait_for(stream));
}

io::Task<Result<io::StreamPtr>> Host::open(Target target, io::Clock::duration limit) {
  const auto number = co_await open_number(StreamKind::tcp, std::move(target), limit);
  if (!number) co_return std::unexpected(number.error());
  co_return stream_of(*number);
}

io::Task<Result<io::DatagramsPtr>> Host::open_flow(Target target, io::Clock::duration limit) {
  const auto number = co_await open_number(StreamKind::udp, std::move(target), limit);
  if (!number) co_return std::unexpected(number.error());
  co_return flow_of(*number);
}

io::Task<> Host::first_bytes(io::Clock::duration limit) {
  const auto self = shared_from_this();
  const io::Deadline until(loop_, limit, [this] { written_.notify(); });
  while (!until.passed() && streams() > 0 && !session_.has_unsent()) co_await written_.wait();
}

io::Task<Result<StreamNumber>> Host::open_number(StreamKind kind, Target target, io::Clock::duration limit) {
  const auto self = shared_from_this();
  const io::Deadline deadline(loop_, limit, [self] { self->can_open_.notify(); });
  while (!session_.ended()) {
    const auto stream = session_.open(kind, target, io::Clock::now());
    if (stream) {
      settle();
      co_return *stream;
    }
    if (deadline.passed()) co_return fail(TunnelError::reset, "too many streams");
    co_await can_open_.wait();
  }
  co_return fail(TunnelError::ended);
}

io::StreamPtr Host::accept(StreamNumber stream) {
  session_.accept(stream);
  settle();
  return stream_of(stream);
}

io::DatagramsPtr Host::accept_flow(StreamNumber stream) {
  session_.accept(stream);
  settle();
  return flow_of(stream);
}

void Host::leads_to(StreamNumber stream, io::TcpStream& outlet) {
  const auto found = waiting_.find(stream);
  if (found != waiting_.end()) found->second->outlet = &outlet;
}

void Host::leads_to(StreamNumber flow, std::function<FlowOutlet()> now) {
  const auto found = waiting_.find(flow);
  if (found != waiting_.end()) found->second->flow_outlet = std::move(now);
}

void Host::Snapshot::add(StreamNumber flow, FlowOutlet outlet) {
  FlowSnapshot now{
      .stream = flow, .only = std::move(outlet.only), .sockets = {}, .remotes = std::move(outlet.remotes)};
  for (const int socket : outlet.sockets) now.sockets.push_back(io::socket_name(socket));
  sockets.insert(sockets.end(), outlet.sockets.begin(), outlet.sockets.end());
  flows.push_back(std::move(now));
}

Host::Snapshot Host::snapshot() const {
  Snapshot all{.session = session_.snapshot(io::Clock::now()), .outlets = {}, .flows = {}, .sockets = {}};
  std::vector<StreamNumber> numbers;
  numbers.reserve(waiting_.size());
  for (const auto& [number, waiting] : waiting_) numbers.push_back(number);
  std::ranges::sort(numbers);
  for (const StreamNumber number : numbers) {
    const Waiting& waiting = *waiting_.at(number);
    if (waiting.failure) continue;
    if (waiting.flow_outlet) all.add(number, waiting.flow_outlet());
    StreamSnapshot* stream = all.session.find(number);
    if (stream != nullptr && !waiting.to_write.empty()) stream->unsent.push_back({nullptr, waiting.to_write});
    if (waiting.outlet == nullptr || waiting.outlet->descriptor() < 0) continue;
    OutletSnapshot outlet{.stream = number,
                          .socket = io::socket_name(waiting.outlet->descriptor()),
                          .shut = waiting.outlet->finished(),
                          .read_to_end = waiting.read_to_end,
                          .held = {}};
    for (const Piece& piece : {Piece{nullptr, waiting.outlet->unwritten()}, waiting.rest})
      if (!piece.bytes.empty()) outlet.held.push_back(piece);
    all.outlets.push_back(std::move(outlet));
    all.sockets.push_back(waiting.outlet->descriptor());
  }
  return all;
}

io::StreamPtr Host::resume(const OutletSnapshot& outlet) {
  io::StreamPtr stream = stream_of(outlet.stream);
  Waiting& waiting = *waiting_.at(outlet.stream);
  waiting.read_to_end = outlet.read_to_end;
  Buffer held;
  for (const Piece& piece : outlet.held) append(held, piece.bytes);
  waiting.rest = Piece::copy_of(held);
  return stream;
}

io::DatagramsPtr Host::resume(const FlowSnapshot& flow) { return flow_of(flow.stream); }

void Host::refuse_one_too_many(StreamNumber stream) {
  session_.reset(stream, ResetReason::too_many_streams);
  settle();
}

void Host::refuse(StreamNumber stream, const Error& why) {
  session_.reset(stream, static_cast<ResetReason>(reply_of(why)));
  settle();
}

}  // namespace rozaneh::tunnel
