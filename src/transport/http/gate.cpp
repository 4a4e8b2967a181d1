#include "transport/http/gate.h"

#include "crypto/equal.h"
#include "transport/transport.h"
#include "transport/web/fields.h"

namespace rozaneh::http {
namespace {

constexpr unsigned kOk = 200;
constexpr unsigned kNotFound = 404;
constexpr unsigned kBusy = 503;

// What became of a request; nothing while it waits.
struct Outcome {
  unsigned status = kOk;
  AnswerHead head;
  Buffer bytes;
};

void touch(Shared& shared) { shared.last = io::Clock::now(); }

std::optional<Outcome> look_up(Shared& shared, const Token& token, Bytes body, bool last, bool& changed) {
  touch(shared);
  Outcome outcome;
  if (shared.reset) outcome.head.flags = AnswerHead::kReset;
  const std::uint64_t before = shared.side.received();
  const bool end = token.kind == Kind::up_end;
  if (!shared.reset && !shared.side.take(token.offset, body, end))
    return Outcome{.status = kNotFound, .head = {}, .bytes = {}};
  outcome.head.position = shared.side.received();
  changed = outcome.head.position != before;
  const bool all = outcome.head.position >= token.offset + body.size() + (end ? 1 : 0);
  if (!all && !shared.reset && !last) return std::nullopt;
  return outcome;
}

// What goes down, or that nothing does any more.
std::optional<Outcome> look_down(Shared& shared, const Token& token, bool last) {
  touch(shared);
  Outcome outcome;
  const Bytes bytes = shared.side.down(token.offset);
  if (shared.reset) {
    outcome.head.flags = AnswerHead::kReset;
    return outcome;
  }
  if (shared.side.down_ended()) {
    outcome.head.flags = AnswerHead::kEnd;
    outcome.head.position = shared.side.sent();
  }
  if (bytes.empty() && !shared.side.down_ended() && !last) return std::nullopt;
  outcome.bytes.assign(bytes.begin(), bytes.end());
  return outcome;
}

site::Answer make_answer(const site::Request& request, const Token& token, const Outcome& outcome,
                         const std::string& type) {
  if (outcome.status != kOk) return site::error_answer(request, outcome.status);
  site::Answer answer;
  answer.type = type;
  std::string text(text_of(serialize_answer_head(outcome.head, token)));
  text.append(text_of(outcome.bytes));
  answer.length = text.size();
  answer.parts.push_back({std::move(text), 0, 0});
  answer.fields.push_back({"Cache-Control", "no-store, no-transform"});
  return answer;
}

io::Task<Outcome> go_up(io::Loop& loop, Shared& shared, const Token& token, const Buffer& body,
                        io::Clock::time_point until) {
  Shared::Waiter waiter(loop, shared);
  for (;;) {
    std::optional<Outcome> outcome;
    const bool last = io::Clock::now() >= until;
    const auto seen = shared.with([&](Shared& held) {
      bool changed = false;
      outcome = look_up(held, token, body, last, changed);
      return changed;
    });
    if (outcome) co_return std::move(*outcome);
    co_await waiter.wait(seen, until);
  }
}

// Only the last GET is waited for: one before it is on a connection that is dead, or came twice.
io::Task<Outcome> go_down(io::Loop& loop, Shared& shared, const Token& token, io::Clock::time_point until) {
  Shared::Waiter waiter(loop, shared);
  std::uint64_t mine = 0;
  bool possible = false;
  shared.with([&](Shared& held) {
    possible = held.side.acknowledge(token.offset);
    mine = ++held.asked;
    return true;
  });
  if (!possible) co_return Outcome{.status = kNotFound, .head = {}, .bytes = {}};
  for (;;) {
    std::optional<Outcome> outcome;
    const bool late = io::Clock::now() >= until;
    const auto seen = shared.with([&](Shared& held) {
      outcome = look_down(held, token, late || held.asked != mine);
      return false;
    });
    if (outcome) co_return std::move(*outcome);
    co_await waiter.wait(seen, until);
  }
}

Outcome give_up(Shared& shared) {
  shared.with([](Shared& held) {
    touch(held);
    held.reset = true;
    return true;
  });
  Outcome outcome;
  outcome.head.flags = AnswerHead::kReset;
  return outcome;
}

}  // namespace

std::optional<Token> Gate::token_of(const site::Request& request) const {
  const std::string_view target = request.target;
  const auto mark = target.find('?');
  const auto path = target.substr(0, mark);
  const bool known = crypto::equal(bytes_of(path), bytes_of(shape_.path));
  if (!known || mark == std::string_view::npos || request.version > site::Version::http11)
    return std::nullopt;
  const auto token = parse_query(target.substr(mark + 1));
  if (!token || request.method != (token->kind == Kind::down ? "GET" : "POST")) return std::nullopt;
  return token;
}

bool Gate::wants(const site::Request& request) const {
  const auto token = token_of(request);
  return token && (token->kind == Kind::open || streams_.find(token->stream) != nullptr);
}

std::shared_ptr<Shared> Gate::stream_for(io::Loop& loop, const Token& token, const site::Request& request) {
  if (token.kind != Kind::open) return streams_.find(token.stream);
  Endpoint from = peer_;
  if (const auto origin = web::origin_of(request)) from = Endpoint(*origin, transport::kUnknownPort);
  return streams_.open(loop, token.stream, inside_, from);
}

io::Task<site::Answer> Gate::answer(io::Loop& loop, site::Request request, Buffer body) {
  met_ = true;
  const auto token = token_of(request);
  const auto shared = token ? stream_for(loop, *token, request) : nullptr;
  if (!shared) co_return site::error_answer(request, token && token->kind == Kind::open ? kBusy : kNotFound);
  const auto poll = std::min(std::chrono::seconds(token->poll), kLongestPoll);
  const io::Clock::time_point until = io::Clock::now() + poll;
  Outcome outcome;
  if (token->kind == Kind::down) {
    outcome = co_await go_down(loop, *shared, *token, until);
  } else if (token->kind == Kind::give_up) {
    outcome = give_up(*shared);
  } else if (token->kind != Kind::open) {
    outcome = co_await go_up(loop, *shared, *token, body, until);
  }
  co_return make_answer(request, *token, outcome, shape_.type);
}

// Never called: `answers` is true.
io::Task<> Gate::take(io::Loop& /*loop*/, site::Request /*request*/, io::StreamPtr stream, Buffer /*early*/) {
  stream->abort();
  co_return;
}

}  // namespace rozaneh::http
