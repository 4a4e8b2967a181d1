#include "wire/tls/chromium_hello.h"

#include "base/address.h"
#include "base/encoding.h"
#include "base/writer.h"
#include "crypto/x25519.h"
#include "wire/tls/handshake.h"
#include "wire/tls/record.h"

namespace rozaneh::tls {
namespace {

using Numbers = std::vector<std::uint16_t>;

constexpr std::array<std::uint16_t, 15> kCiphers = {0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f,
                                                    0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013,
                                                    0xc014, 0x009c, 0x009d, 0x002f, 0x0035};
constexpr std::array<std::uint16_t, 11> kSignatures = {0x0904, 0x0905, 0x0906, 0x0403, 0x0804, 0x0401,
                                                       0x0503, 0x0805, 0x0501, 0x0806, 0x0601};
constexpr std::array<std::uint16_t, 4> kGroups = {group::kX25519Mlkem768, group::kX25519, group::kP256,
                                                  group::kP384};

// The authorities that Chromium's root store trusts and that give themselves numbers
// (draft-ietf-tls-trust-anchor-ids), with the list's length.
constexpr std::string_view kTrustAnchors =
    "00b80582df1302010582df1302060582df13020d0582df13020e0582df13020f0582df1302120582df1302130582df130214"
    "08839a648c9b2d010708839a648c9b2d010808839a648c9b2d010908839a648c9b2d010a08839a648c9b2d010b08839a648c"
    "9b2d010c08839a648c9b2d010d08839a648c9b2d011208839a648c9b2d011304d679090104d679090404d679090504d67909"
    "0604d679090704d679090804d679090a04d679090b04d679090c04d679090d04d679090f";

Buffer vector8(Bytes bytes) {
  return Writer().u8(static_cast<std::uint8_t>(bytes.size())).bytes(bytes).take();
}

Buffer vector16(Bytes bytes) {
  return Writer().u16(static_cast<std::uint16_t>(bytes.size())).bytes(bytes).take();
}

// A GREASE value, then the others (RFC 8701 section 3.1).
template <std::size_t kCount>
Buffer numbers(std::uint16_t grease, const std::array<std::uint16_t, kCount>& others) {
  Writer writer;
  writer.u16(grease);
  for (const std::uint16_t each : others) writer.u16(each);
  return writer.take();
}

std::uint16_t grease(Random& random) {
  return static_cast<std::uint16_t>(0x0a0a + 0x1010 * random.below(16));
}

Buffer server_name(const std::string& host) {
  const Buffer name = concat(Buffer{0}, vector16(bytes_of(host)));
  return vector16(name);
}

Buffer protocols(const std::vector<std::string>& names) {
  Buffer list;
  for (const auto& each : names) append(list, vector8(bytes_of(each)));
  return vector16(list);
}

// GREASE ECH (RFC 9849 section 6.2) as BoringSSL makes it: HKDF-SHA256, AES-128-GCM, a real X25519 key, and
// as much as a hidden hello of 128 to 224 bytes in steps of 32 would take, with its tag.
Buffer hidden_hello(Random& random) {
  const Buffer payload = random.bytes(32 * random.between(4, 7) + 16);
  Writer writer;
  writer.u8(0).u16(1).u16(1).u8(random.bytes(1)[0]);
  writer.bytes(vector16(crypto::make_key_pair(random).public_key.bytes)).bytes(vector16(payload));
  return writer.take();
}

void shuffle(std::vector<Extension>& extensions, Random& random) {
  for (auto left = static_cast<std::uint32_t>(extensions.size()); left > 1; --left)
    std::swap(extensions[left - 1], extensions[random.below(left)]);
}

std::vector<Extension> make_extensions(const std::string& host, const std::vector<std::string>& alpn,
                                       std::uint16_t grease_group, Random& random) {
  std::vector<Extension> made = {
      {.type = 5, .body = {1, 0, 0, 0, 0}},  // status_request: OCSP
      {.type = extension::kSupportedGroups, .body = vector16(numbers(grease_group, kGroups))},
      {.type = extension::kPointFormats, .body = {1, 0}},
      {.type = extension::kSignatureAlgorithms, .body = vector16(numbers(grease(random), kSignatures))},
      {.type = extension::kAlpn, .body = protocols(alpn)},
      {.type = 18, .body = {}},         // signed_certificate_timestamp
      {.type = 23, .body = {}},         // extended_master_secret
      {.type = 27, .body = {2, 0, 2}},  // compress_certificate: brotli
      {.type = 35, .body = {}},         // session_ticket
      {.type = extension::kSupportedVersions,
       .body = vector8(numbers(grease(random), std::array{kTls13, kTls12}))},
      {.type = 45, .body = {1, 1}},  // psk_key_exchange_modes: with a key share
      {.type = extension::kKeyShare, .body = {}},
      {.type = extension::kTrustAnchors, .body = *decode_hex(kTrustAnchors)},
      {.type = extension::kEch, .body = hidden_hello(random)},
      {.type = 0xff01, .body = {0}},  // renegotiation_info
  };
  if (!IpAddress::parse(host)) made.push_back({.type = extension::kServerName, .body = server_name(host)});
  if (std::ranges::find(alpn, "h2") != alpn.end())
    made.push_back({.type = extension::kApplicationSettings, .body = protocols({"h2"})});
  return made;
}

}  // namespace

ChromiumHello::ChromiumHello(const std::string& host, const std::vector<std::string>& alpn, Random& random)
    : grease_cipher_(grease(random)), grease_group_(grease(random)) {
  random.fill(random_);
  random.fill(session_id_);
  extensions_ = make_extensions(host, alpn, grease_group_, random);
  shuffle(extensions_, random);
  const std::uint16_t first = grease(random);
  std::uint16_t last = grease(random);
  if (last == first) last = static_cast<std::uint16_t>(last ^ 0x1010U);
  extensions_.insert(extensions_.begin(), {.type = first, .body = {}});
  extensions_.push_back({.type = last, .body = {0}});
}

bool ChromiumHello::offers(std::uint16_t extension) const {
  return find_extension(extensions_, extension) != nullptr;
}

Buffer ChromiumHello::message(const std::vector<KeyShare>& shares) const {
  Writer list;
  list.u16(grease_group_).bytes(vector16(Buffer{0}));
  for (const auto& each : shares) list.u16(each.group).bytes(vector16(each.key));
  return with(extensions_, list.take());
}

Buffer ChromiumHello::again(const std::vector<KeyShare>& shares, Bytes cookie) const {
  Writer list;
  for (const auto& each : shares) list.u16(each.group).bytes(vector16(each.key));
  auto extensions = extensions_;
  if (!cookie.empty())
    extensions.insert(extensions.begin() + 1, {.type = extension::kCookie, .body = vector16(cookie)});
  return with(std::move(extensions), list.take());
}

Buffer ChromiumHello::with(std::vector<Extension> extensions, Buffer key_shares) const {
  Writer all;
  for (auto& each : extensions) {
    if (each.type == extension::kKeyShare) each.body = vector16(key_shares);
    all.u16(each.type).bytes(vector16(each.body));
  }
  Writer body;
  body.u16(kTls12).bytes(random_).bytes(vector8(session_id_));
  body.bytes(vector16(numbers(grease_cipher_, kCiphers))).bytes(Buffer{1, 0}).bytes(vector16(all.view()));
  Writer message;
  message.u32(static_cast<std::uint32_t>(HandshakeType::client_hello) << 24U |
              static_cast<std::uint32_t>(body.size()));
  return message.bytes(body.view()).take();
}

}  // namespace rozaneh::tls
