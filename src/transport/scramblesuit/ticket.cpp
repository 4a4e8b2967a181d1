#include "transport/scramblesuit/ticket.h"

#include "base/reader.h"
#include "base/writer.h"
#include "crypto/equal.h"
#include "crypto/hash.h"

namespace rozaneh::scramblesuit {
namespace {

constexpr std::string_view kIdentifier = "ScrambleSuitTicket";
constexpr std::size_t kIvSize = 16;
constexpr std::size_t kMacSize = 32;
constexpr std::size_t kPadding = 10;
constexpr std::size_t kSigned = kTicketSize - kMacSize;
// A clock that was set back a little makes no ticket invalid.
constexpr std::chrono::hours kSkew{1};

// What an opened ticket says, if it is one and still alive.
std::optional<MasterKey> read_content(Bytes content, Time now) {
  Reader reader(content);
  const auto seconds = reader.u32();
  const auto identifier = reader.bytes(kIdentifier.size());
  const auto master = reader.bytes(MasterKey::kSize);
  if (!master || text_of(*identifier) != kIdentifier) return std::nullopt;
  const auto age = now - Time(std::chrono::seconds(*seconds));
  if (age > kTicketLife || age < -kSkew) return std::nullopt;
  return MasterKey(master->first<MasterKey::kSize>());
}

}  // namespace

TicketKey TicketKey::generate(Random& random) {
  TicketKey key;
  random.fill(key.cipher.bytes());
  random.fill(key.mac.bytes());
  return key;
}

Ticket TicketKey::seal(const MasterKey& master, Time now, std::span<const std::uint8_t, 16> iv) const {
  Writer content;
  content.u32(static_cast<std::uint32_t>(now.time_since_epoch().count()))
      .text(kIdentifier)
      .bytes(master.bytes())
      .zeros(kPadding);
  Ticket ticket{};
  copy(ticket, iv);
  const auto sealed = std::span(ticket).subspan(kIvSize, kSigned - kIvSize);
  copy(sealed, content.view());
  crypto::encrypt_aes128_cbc(cipher.bytes(), iv, sealed);
  copy(std::span(ticket).subspan(kSigned), crypto::hmac_sha256(mac.bytes(), Bytes(ticket).first(kSigned)));
  Buffer used = content.take();
  wipe(used);
  return ticket;
}

std::optional<MasterKey> TicketKey::open(std::span<const std::uint8_t, kTicketSize> ticket, Time now) const {
  const auto right = crypto::hmac_sha256(mac.bytes(), ticket.first<kSigned>());
  if (!crypto::equal(right, ticket.last<kMacSize>())) return std::nullopt;
  Secret<kSigned - kIvSize> content(ticket.subspan<kIvSize, kSigned - kIvSize>());
  crypto::decrypt_aes128_cbc(cipher.bytes(), ticket.first<kIvSize>(), content.bytes());
  return read_content(content.bytes(), now);
}

TicketKeys TicketKeys::generate(Random& random, Time now) {
  return {.current = TicketKey::generate(random), .previous = std::nullopt, .made = now};
}

bool TicketKeys::rotate(Random& random, Time now) {
  if (now - made < kTicketLife) return false;
  // After two weeks without a client even the current key has no living tickets.
  if (now - made < 2 * kTicketLife) {
    previous = current;
  } else {
    previous.reset();
  }
  current = TicketKey::generate(random);
  made = now;
  return true;
}

std::optional<MasterKey> TicketKeys::open(std::span<const std::uint8_t, kTicketSize> ticket, Time now) const {
  // Both keys are tried, whichever is right, so that the time taken does not tell one from the other.
  const auto by_current = current.open(ticket, now);
  const auto by_previous = previous ? previous->open(ticket, now) : std::nullopt;
  return by_current ? by_current : by_previous;
}

}  // namespace rozaneh::scramblesuit
