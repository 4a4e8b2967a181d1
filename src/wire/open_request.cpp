#include "wire/open_request.h"

#include "wire/socks_message.h"

namespace rozaneh {
namespace {

// Behind the version byte; nullopt: need more.
Result<std::optional<Reader>> open_message(Bytes received) {
  Reader in(received);
  const auto version = in.u8();
  if (!version) return std::nullopt;
  if (*version != kOpenRequestVersion) return fail(OpenError::version, std::to_string(*version));
  return in;
}

}  // namespace

Result<Step> OpenRequestClient::step(Bytes received) {
  if (!asked_) {
    asked_ = true;
    return Step{.send = concat(Buffer{kOpenRequestVersion}, encode_socks_request(target_))};
  }
  auto in = open_message(received);
  if (!in) return fail(std::move(in));
  if (!*in) return Step{};
  auto complete = decode_socks_reply(**in);
  if (!complete) return fail(std::move(complete));
  if (!*complete) return Step{};
  return Step{.consumed = received.size() - (*in)->left(), .done = true};
}

Result<Step> OpenRequestServer::step(Bytes received) {
  const auto refuse = [this](const Error& error) {
    return Step{.send = reply(reply_for(error)), .failure = error};
  };
  auto in = open_message(received);
  if (!in) return refuse(in.error());
  if (!*in) return Step{};
  auto request = decode_socks_request(**in);
  if (!request) return refuse(request.error());
  if (!*request) return Step{};
  request_ = std::move(**request);
  return Step{.consumed = received.size() - (*in)->left(), .done = true};
}

Buffer OpenRequestServer::reply(SocksReply outcome) const {
  return concat(Buffer{kOpenRequestVersion}, encode_socks_reply(outcome));
}

std::string_view layer_of(OpenError) { return "open request"; }

std::string_view describe(OpenError) {
  return "the other side speaks another version; one of the two needs an update";
}

}  // namespace rozaneh
