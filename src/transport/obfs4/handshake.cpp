#include "transport/obfs4/handshake.h"

#include <algorithm>

#include "crypto/equal.h"
#include "crypto/hash.h"
#include "transport/obfs4/error.h"

namespace rozaneh::obfs4 {
namespace {

constexpr std::size_t kMarkAndMac = kMarkSize + kMacSize;

// HMAC-SHA256 under B | node id, cut to its first 16 bytes.
template <class... Parts>
std::array<std::uint8_t, 16> short_hmac(Bytes key, const Parts&... parts) {
  const auto full = crypto::hmac_sha256(key, parts...);
  std::array<std::uint8_t, 16> cut{};
  copy(cut, Bytes(full).first(16));
  return cut;
}

}  // namespace

EpochHour epoch_hour(std::chrono::system_clock::time_point now) {
  return std::chrono::floor<std::chrono::hours>(now.time_since_epoch()).count();
}

Buffer plain_padding(Random& random) {
  return random.bytes(random.between(kLeastClientPadding, kMostClientPadding));
}

ClientHandshake::ClientHandshake(const BridgeId& bridge, crypto::ObfuscatedKeyPair keys, EpochHour hour,
                                 Buffer padding)
    : bridge_(bridge), keys_(std::move(keys)), hour_(std::to_string(hour)), padding_(std::move(padding)) {}

Buffer ClientHandshake::hello() {
  const Buffer key = bridge_.hmac_key();
  const auto mark = short_hmac(key, keys_.representative.bytes);
  const Buffer padding = std::exchange(padding_, {});
  const auto mac = short_hmac(key, keys_.representative.bytes, padding, mark, bytes_of(hour_));
  return concat(keys_.representative.bytes, padding, mark, mac);
}

Result<Step> ClientHandshake::step(Bytes received) {
  if (!std::exchange(sent_, true)) return Step{.send = hello()};
  constexpr std::size_t kFixed = kRepresentativeSize + kAuthSize;
  if (received.size() < kFixed + kMarkAndMac) return Step{};
  const Bytes window = received.first(std::min(received.size(), kLargestHello));
  const auto representative = received.first<kRepresentativeSize>();
  const Buffer key = bridge_.hmac_key();
  const auto mark = short_hmac(key, representative);
  const Bytes searched = window.subspan(kFixed, window.size() - kFixed - kMacSize);
  const auto found = std::ranges::search(searched, mark);
  if (found.empty()) {
    if (received.size() >= kLargestHello) return fail(Obfs4Error::no_mark);
    return Step{};
  }
  const std::size_t mark_at = kFixed + static_cast<std::size_t>(found.begin() - searched.begin());
  const Bytes signed_part = received.first(mark_at + kMarkSize);
  const auto mac = short_hmac(key, signed_part, bytes_of(hour_));
  if (!crypto::equal(mac, received.subspan(signed_part.size(), kMacSize))) return fail(Obfs4Error::bad_mac);

  const crypto::PublicKey Y = crypto::public_key_of(crypto::Representative(representative));
  const auto ntor = ntor_client(keys_.private_key, keys_.public_key, Y, bridge_);
  if (!ntor) return fail(Obfs4Error::bad_key);
  if (!crypto::equal(ntor->auth, received.subspan(kRepresentativeSize, kAuthSize)))
    return fail(Obfs4Error::not_the_bridge);
  frame_keys_ = derive_frame_keys(ntor->key_seed);
  return Step{.consumed = signed_part.size() + kMacSize, .done = true};
}

ServerHandshake::ServerHandshake(const ServerIdentity& identity, crypto::ObfuscatedKeyPair keys,
                                 EpochHour hour, Random& random, Replayed replayed, SeedFrame seed_frame)
    : identity_(identity),
      hmac_key_(identity.id.hmac_key()),
      keys_(std::move(keys)),
      hour_(hour),
      random_(random),
      replayed_(std::move(replayed)),
      seed_frame_(std::move(seed_frame)) {}

// The client's hour: this one or one beside it. All three are tried, whichever is right, so that the time
// taken says nothing.
std::optional<std::string> ServerHandshake::hour_of(Bytes signed_part, Bytes mac) const {
  std::optional<std::string> right;
  crypto::HmacSha256 without_hour(hmac_key_);
  without_hour.update(signed_part);
  for (const EpochHour hour : {hour_, hour_ - 1, hour_ + 1}) {
    std::string text = std::to_string(hour);
    crypto::HmacSha256 whole(without_hour);
    const auto expected = whole.update(bytes_of(text)).finish();
    if (crypto::equal(Bytes(expected).first(kMacSize), mac)) right = std::move(text);
  }
  return right;
}

Result<Step> ServerHandshake::step(Bytes received) {
  if (expired_) return fail(Obfs4Error::late);
  if (received.size() > kLargestHello) return fail(Obfs4Error::no_mark);
  if (received.size() < kLeastHello) return Step{};
  const auto representative = received.first<kRepresentativeSize>();
  if (!mark_) mark_ = short_hmac(hmac_key_, representative);
  const std::size_t mark_at = received.size() - kMarkAndMac;
  if (!crypto::equal(*mark_, received.subspan(mark_at, kMarkSize))) {
    if (received.size() >= kLargestHello) return fail(Obfs4Error::no_mark);
    return Step{};
  }
  const Bytes mac = received.last(kMacSize);
  const auto hour = hour_of(received.first(mark_at + kMarkSize), mac);
  if (!hour) return fail(Obfs4Error::bad_mac);
  if (replayed_(mac)) return fail(Obfs4Error::replayed);

  const crypto::PublicKey X = crypto::public_key_of(crypto::Representative(representative));
  const auto ntor = ntor_server(keys_.private_key, keys_.public_key, identity_.private_key, X, identity_.id);
  if (!ntor) return fail(Obfs4Error::bad_key);
  frame_keys_ = derive_frame_keys(ntor->key_seed);
  return Step{.send = hello(*ntor, *hour), .consumed = received.size(), .done = true};
}

Buffer ServerHandshake::hello(const NtorResult& ntor, std::string_view client_hour) {
  const Buffer padding = random_.bytes(random_.between(0, kMostServerPadding));
  const auto mark = short_hmac(hmac_key_, keys_.representative.bytes);
  const Buffer signed_part = concat(keys_.representative.bytes, ntor.auth, padding, mark);
  const auto mac = short_hmac(hmac_key_, signed_part, bytes_of(client_hour));
  return concat(signed_part, mac, seed_frame_(frame_keys_));
}

}  // namespace rozaneh::obfs4
