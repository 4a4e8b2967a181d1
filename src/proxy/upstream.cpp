#include "proxy/upstream.h"

#include "io/deadline.h"
#include "io/drive.h"
#include "io/error.h"
#include "io/prefixed_stream.h"

namespace rozaneh::proxy {

io::Task<Result<io::StreamPtr>> UpstreamDialer::dial(const Target& target) {
  auto stream = co_await tcp_.connect(proxy_.address);
  if (!stream) co_return std::unexpected(stream.error().at("the upstream proxy"));
  const auto handshake = make_handshake(proxy_, target);
  const io::Deadline limit(loop_, kAnswerLimit, **stream);
  const auto early = co_await io::drive(**stream, *handshake);
  if (limit.passed()) co_return fail(io::IoError::timed_out, "the upstream proxy does not answer");
  if (!early) co_return std::unexpected(early.error());
  co_return io::with_prefix(loop_, std::move(*stream), *early);
}

}  // namespace rozaneh::proxy
