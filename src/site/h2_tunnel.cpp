// Streams that became tunnels (RFC 8441).
#include "site/h2_session.h"

namespace rozaneh::site {

void H2Session::open_tunnel(std::uint32_t stream, Bytes field_block) {
  H2Stream* found = find(stream);
  if (found == nullptr) return;
  put_fields(stream, field_block, false);
  found->state = H2Stream::State::tunnel;
}

std::optional<Buffer> H2Session::take_inbound(std::uint32_t stream) {
  H2Stream* found = find(stream);
  if (found == nullptr) return std::nullopt;
  Buffer taken = std::exchange(found->inbound, {});
  if (!taken.empty() && !found->in_ended) {
    const auto count = static_cast<std::int64_t>(taken.size());
    found->receive_window += count;
    window_update(stream, count);
  }
  return taken;
}

bool H2Session::tunnel_ended(std::uint32_t stream) const {
  const auto found = streams_.find(stream);
  return found == streams_.end() || found->second.in_ended;
}

bool H2Session::send(std::uint32_t stream, Bytes bytes) {
  H2Stream* found = find(stream);
  if (found == nullptr) return false;
  append(found->outbound, bytes);
  return true;
}

std::optional<std::size_t> H2Session::unsent(std::uint32_t stream) const {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return std::nullopt;
  return found->second.outbound.size();
}

void H2Session::finish(std::uint32_t stream) {
  H2Stream* found = find(stream);
  if (found == nullptr || std::exchange(found->out_finished, true) || !found->outbound.empty()) return;
  control(H2Type::data, kH2EndStream, stream, {});
}

void H2Session::leave(std::uint32_t stream) {
  const auto at = streams_.find(stream);
  if (at == streams_.end()) return;
  if (at->second.both_ended())
    streams_.erase(at);
  else
    reset(stream, H2Error::cancel);
}

void H2Session::close() {
  // Of a tunnel whose both directions came to their ends, the last bytes may not have been taken yet.
  std::erase_if(streams_, [](const auto& entry) {
    return entry.second.state != H2Stream::State::tunnel || !entry.second.both_ended();
  });
  ready_.clear();
  ended_ = true;
}

bool H2Session::pump_tunnel(Streams::iterator at, std::size_t room) {
  H2Stream& stream = at->second;
  const std::size_t count = std::min(room, stream.outbound.size());
  if (count == 0) return false;
  const bool last = stream.out_finished && count == stream.outbound.size();
  put_h2_frame(output_, H2Type::data, last ? kH2EndStream : 0, at->first,
               Bytes(stream.outbound).first(count));
  stream.outbound.erase(stream.outbound.begin(),
                        stream.outbound.begin() + static_cast<std::ptrdiff_t>(count));
  stream.send_window -= static_cast<std::int64_t>(count);
  send_window_ -= static_cast<std::int64_t>(count);
  return true;
}

}  // namespace rozaneh::site
