#include "transport/scramblesuit/handshake.h"

#include <cassert>

#include "crypto/hash.h"
#include "transport/scramblesuit/error.h"
#include "transport/scramblesuit/hello.h"

namespace rozaneh::scramblesuit {
namespace {

constexpr std::size_t kKeySize = crypto::UniformDh::kSize;

// SHA-256 of the number that both ends have computed.
Result<MasterKey> agree(const crypto::UniformDh& keys, Bytes received) {
  const auto shared = keys.shared_secret(received.first<kKeySize>());
  if (!shared) return fail(ScrambleSuitError::bad_key);
  return MasterKey(crypto::sha256(shared->bytes()));
}

}  // namespace

EpochHour epoch_hour(Time now) {
  return std::chrono::floor<std::chrono::hours>(now.time_since_epoch()).count();
}

ClientKeyHandshake::ClientKeyHandshake(const Password& password, crypto::UniformDh keys, EpochHour hour,
                                       Buffer padding)
    : password_(password), keys_(std::move(keys)), hour_(hour), padding_(std::move(padding)) {
  assert(padding_.size() <= kMostKeyPadding);
}

Result<Step> ClientKeyHandshake::step(Bytes received) {
  if (!std::exchange(sent_, true)) {
    const Buffer padding = std::exchange(padding_, {});
    return Step{.send = make_hello(password_.bytes(), keys_.public_key(), padding, std::to_string(hour_))};
  }
  const auto hello = find_hello(password_.bytes(), kKeySize, received);
  if (!hello) return std::unexpected(hello.error());
  if (!*hello) return Step{};
  if (!(*hello)->authentic_hour(password_.bytes(), hour_)) return fail(ScrambleSuitError::bad_mac);
  const auto master = agree(keys_, received);
  if (!master) return std::unexpected(master.error());
  master_key_ = *master;
  return Step{.consumed = (*hello)->size(), .done = true};
}

ClientTicketHandshake::ClientTicketHandshake(Grant grant, EpochHour hour, Buffer padding)
    : grant_(std::move(grant)), hour_(hour), padding_(std::move(padding)) {
  assert(padding_.size() <= kMostTicketPadding);
}

Result<Step> ClientTicketHandshake::step(Bytes received) {
  if (std::exchange(sent_, true)) return Step{.done = !received.empty()};
  const SessionKeys keys = derive_session_keys(grant_.key);
  const Buffer padding = std::exchange(padding_, {});
  return Step{
      .send = make_hello(keys.client_to_server.mac.bytes(), grant_.ticket, padding, std::to_string(hour_))};
}

ServerHandshake::ServerHandshake(const Password& password, EpochHour hour, Buffer padding, Host& host)
    : password_(password), hour_(hour), padding_(std::move(padding)), host_(host) {
  assert(padding_.size() <= kMostKeyPadding);
}

Result<Step> ServerHandshake::step(Bytes received) {
  if (expired_) return fail(ScrambleSuitError::late);
  if (!ticket_tried_ && received.size() >= kTicketSize) {
    ticket_tried_ = true;
    const auto master = host_.open(received.first<kTicketSize>());
    if (master) ticket_keys_ = derive_session_keys(*master);
  }
  return ticket_keys_ ? take_ticket(received) : exchange_keys(received);
}

Result<Step> ServerHandshake::take_ticket(Bytes received) {
  const Bytes key = ticket_keys_->client_to_server.mac.bytes();
  const auto hello = find_hello(key, kTicketSize, received);
  if (!hello) return std::unexpected(hello.error());
  if (!*hello) return Step{};
  if (!(*hello)->authentic_hour(key, hour_)) return fail(ScrambleSuitError::bad_mac);
  const bool hello_replayed = host_.hello_replayed((*hello)->mac);
  const bool ticket_replayed = host_.ticket_replayed(received.first(kTicketSize));
  if (hello_replayed || ticket_replayed) return fail(ScrambleSuitError::replayed);
  return Step{.send = host_.welcome(*ticket_keys_), .consumed = (*hello)->size(), .done = true};
}

Result<Step> ServerHandshake::exchange_keys(Bytes received) {
  const Bytes key = password_.bytes();
  const auto hello = find_hello(key, kKeySize, received);
  if (!hello) return std::unexpected(hello.error());
  if (!*hello) return Step{};
  const auto hour = (*hello)->authentic_hour(key, hour_);
  if (!hour) return fail(ScrambleSuitError::bad_mac);
  if (host_.hello_replayed((*hello)->mac)) return fail(ScrambleSuitError::replayed);
  const crypto::UniformDh own = host_.new_key();
  const auto master = agree(own, received);
  if (!master) return std::unexpected(master.error());
  // For the client's hour: obfs4proxy's client takes no other.
  const Buffer answer = make_hello(key, own.public_key(), padding_, *hour);
  return Step{.send = concat(answer, host_.welcome(derive_session_keys(*master))),
              .consumed = (*hello)->size(),
              .done = true};
}

}  // namespace rozaneh::scramblesuit
