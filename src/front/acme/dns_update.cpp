#include "front/acme/dns_update.h"

#include <fmt/format.h>

#include <array>

#include "base/encoding.h"
#include "base/reader.h"
#include "base/writer.h"
#include "crypto/equal.h"
#include "crypto/hash.h"

namespace rozaneh::front::acme {
namespace {

constexpr std::uint16_t kUpdate = 5U << 11U;  // the opcode in its place
constexpr std::uint16_t kAnswerFlag = 0x8000;
constexpr std::uint16_t kOpcodeMask = 0x7800;
constexpr std::uint16_t kRcodeMask = 0x000f;
constexpr std::uint16_t kTypeTxt = 16, kTypeSoa = 6, kTypeTsig = 250;
constexpr std::uint16_t kClassIn = 1, kClassNone = 254, kClassAny = 255;
constexpr std::size_t kHeader = 12;
constexpr std::string_view kAlgorithm = "hmac-sha256";

// Uncompressed; names that come here were checked by `is_wire_name`.
void put_name(Writer& to, std::string_view name) {
  while (!name.empty()) {
    const auto dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    to.u8(static_cast<std::uint8_t>(label.size())).text(label);
    name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
  }
  to.u8(0);
}

// A name in the zone, whose own name stands right behind the header (RFC 1035 section 4.1.4).
void put_name_in_zone(Writer& to, std::string_view name, std::string_view zone) {
  constexpr std::uint16_t kZoneAt = 0xc000 + kHeader;
  name.remove_suffix(zone.size());
  while (!name.empty()) {
    const auto dot = name.find('.');
    to.u8(static_cast<std::uint8_t>(dot)).text(name.substr(0, dot));
    name.remove_prefix(dot + 1);
  }
  to.u16(kZoneAt);
}

bool is_wire_name(std::string_view name) {
  constexpr std::size_t kLongest = 253;
  constexpr std::size_t kLongestLabel = 63;
  if (name.empty() || name.size() > kLongest) return false;
  while (!name.empty()) {
    const auto dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (label.empty() || label.size() > kLongestLabel || dot + 1 == name.size()) return false;
    if (label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string_view::npos)
      return false;
    name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
  }
  return true;
}

// The part of a TSIG record that is signed and the record have in common, in this order.
struct Tsig {
  std::uint64_t time = 0;  // 48 bits
  std::uint16_t fudge = kTsigFudge;
  std::uint16_t error = 0;
  Bytes other;
};

void put_time(Writer& to, std::uint64_t time) {
  to.u16(static_cast<std::uint16_t>(time >> 32U)).u32(static_cast<std::uint32_t>(time));
}

// RFC 8945 section 4.3.3: what is signed beside the message.
Buffer variables(const TsigKey& key, const Tsig& tsig) {
  Writer out;
  put_name(out, key.name);
  out.u16(kClassAny).u32(0);
  put_name(out, kAlgorithm);
  put_time(out, tsig.time);
  out.u16(tsig.fudge).u16(tsig.error).u16(static_cast<std::uint16_t>(tsig.other.size())).bytes(tsig.other);
  return out.take();
}

Buffer tsig_record(const TsigKey& key, const Tsig& tsig, Bytes mac, std::uint16_t id) {
  Writer data;
  put_name(data, kAlgorithm);
  put_time(data, tsig.time);
  data.u16(tsig.fudge).u16(static_cast<std::uint16_t>(mac.size())).bytes(mac).u16(id).u16(tsig.error).u16(0);
  Writer out;
  put_name(out, key.name);
  out.u16(kTypeTsig).u16(kClassAny).u32(0).u16(static_cast<std::uint16_t>(data.size())).bytes(data.view());
  return out.take();
}

std::unexpected<Error> lie(std::string_view what) {
  return fail(AcmeError::challenge, fmt::format("the DNS server's answer makes no sense: {}", what));
}

// A name that may be compressed (RFC 1035 section 4.1.4), in text; follows no pointer but at the end.
std::optional<std::string> take_name(Reader& from) {
  constexpr std::uint8_t kPointer = 0xc0;
  std::string name;
  for (;;) {
    const auto size = from.u8();
    if (!size) return std::nullopt;
    if (*size == 0) return name;
    if ((*size & kPointer) == kPointer) {
      if (!from.u8()) return std::nullopt;
      return name + "?";  // never equal to a name of ours
    }
    const auto label = *size < 64 ? from.bytes(*size) : std::nullopt;
    if (!label || name.size() > 255) return std::nullopt;
    name.append(name.empty() ? "" : ".");
    for (std::uint8_t c : *label) name += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
}

struct Record {
  std::string name;
  std::uint16_t type = 0, kind = 0;
  std::uint32_t ttl = 0;
  Bytes data;
};

std::optional<Record> take_record(Reader& from) {
  auto name = take_name(from);
  const auto type = from.u16();
  const auto kind = from.u16();
  const auto ttl = from.u32();
  const auto size = from.u16();
  if (!name || !type || !kind || !ttl || !size) return std::nullopt;
  const auto data = from.bytes(*size);
  if (!data) return std::nullopt;
  return Record{.name = std::move(*name), .type = *type, .kind = *kind, .ttl = *ttl, .data = *data};
}

struct Answer {
  std::uint16_t id = 0, flags = 0;
  std::array<std::uint16_t, 4> counts{};
  std::optional<Record> tsig;  // the last record
  std::size_t before_tsig = 0;
};

std::optional<Answer> read_answer(Bytes message) {
  Reader reader(message);
  Answer answer;
  const auto id = reader.u16();
  const auto flags = reader.u16();
  if (!id || !flags) return std::nullopt;
  answer.id = *id, answer.flags = *flags;
  for (std::uint16_t& count : answer.counts) {
    const auto value = reader.u16();
    if (!value) return std::nullopt;
    count = *value;
  }
  for (unsigned i = 0; i < answer.counts[0]; ++i)
    if (!take_name(reader) || !reader.u32()) return std::nullopt;
  const unsigned records = 0U + answer.counts[1] + answer.counts[2] + answer.counts[3];
  for (unsigned i = 0; i < records; ++i) {
    answer.before_tsig = message.size() - reader.left();
    auto record = take_record(reader);
    if (!record) return std::nullopt;
    if (record->type == kTypeTsig && i + 1 == records) answer.tsig = std::move(*record);
  }
  if (!reader.empty()) return std::nullopt;
  return answer;
}

struct SignedPart {
  Tsig tsig;
  Bytes mac;
  std::uint16_t id = 0;
};

std::optional<SignedPart> read_tsig(const Record& record) {
  if (record.kind != kClassAny || record.ttl != 0) return std::nullopt;
  Reader reader(record.data);
  const auto algorithm = take_name(reader);
  const auto high = reader.u16();
  const auto low = reader.u32();
  const auto fudge = reader.u16();
  const auto size = reader.u16();
  if (algorithm != kAlgorithm || !high || !low || !fudge || !size) return std::nullopt;
  const auto mac = reader.bytes(*size);
  const auto id = reader.u16();
  const auto error = reader.u16();
  const auto more = reader.u16();
  const auto other = more ? reader.bytes(*more) : std::nullopt;
  if (!mac || !id || !error || !other || !reader.empty()) return std::nullopt;
  return SignedPart{
      .tsig = {.time = std::uint64_t{*high} << 32U | *low, .fudge = *fudge, .error = *error, .other = *other},
      .mac = *mac,
      .id = *id};
}

// RFC 1035 section 4.1.1, RFC 2136 section 2.2, RFC 8945 section 4.2.
std::string refusal(unsigned rcode, unsigned tsig_error) {
  constexpr std::array<std::string_view, 11> kWords = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                                       "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                                       "NXRRSET", "NOTAUTH", "NOTZONE"};
  const std::string word =
      rcode < kWords.size() ? std::string(kWords[rcode]) : fmt::format("error {}", rcode);
  if (tsig_error == 16) return word + ": BADSIG, the key's secret is another";
  if (tsig_error == 17) return word + ": BADKEY, it does not know the key";
  if (tsig_error == 18) return word + ": BADTIME, the clocks differ";
  return word;
}

std::string_view word_after(std::string_view text, std::string_view keyword) {
  const auto at = text.find(keyword);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + keyword.size());
  const auto begin = text.find_first_not_of(" \t\r\n\"");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin);
  return text.substr(0, text.find_first_of(" \t\r\n\";{}"));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  return text;
}

}  // namespace

Result<TsigKey> parse_tsig_key(std::string_view text) {
  const auto bad = [] {
    return fail(AcmeError::settings,
                "a DNS key is hmac-sha256:NAME:BASE64, or a block that tsig-keygen writes");
  };
  text = trimmed(text);
  std::string_view algorithm = kAlgorithm, name, secret;
  if (text.contains('{')) {
    name = word_after(text, "key");
    algorithm = word_after(text, "algorithm");
    secret = word_after(text, "secret");
  } else {
    const auto last = text.rfind(':');
    if (last == std::string_view::npos) return bad();
    secret = text.substr(last + 1);
    name = text.substr(0, last);
    if (const auto first = name.find(':'); first != std::string_view::npos) {
      algorithm = name.substr(0, first);
      name = name.substr(first + 1);
    }
  }
  if (name.ends_with('.')) name.remove_suffix(1);
  const auto bytes = decode_base64(secret);
  TsigKey key{.name = std::string(name), .secret = bytes.value_or(Buffer())};
  for (char& c : key.name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (algorithm != kAlgorithm || key.secret.empty() || !is_wire_name(key.name)) return bad();
  return key;
}

Result<SignedUpdate> make_update(const DnsUpdate& update, const TsigKey& key, Time now) {
  const bool inside = update.name == update.zone || update.name.ends_with("." + update.zone);
  if (!is_wire_name(update.zone) || !is_wire_name(update.name) || !inside)
    return fail(AcmeError::settings,
                fmt::format("{} does not belong to the zone {}", update.name, update.zone));
  if (update.value.empty() || update.value.size() > 255)
    return fail(AcmeError::settings, "a value of 1..255 bytes");
  const auto header = [&update](std::uint16_t additional) {
    Writer out;
    out.u16(update.id).u16(kUpdate).u16(1).u16(0).u16(1).u16(additional);
    return out.take();
  };
  Writer body;
  put_name(body, update.zone);
  body.u16(kTypeSoa).u16(kClassIn);
  put_name_in_zone(body, update.name, update.zone);
  body.u16(kTypeTxt).u16(update.add ? kClassIn : kClassNone).u32(update.add ? kDnsTtl : 0);
  body.u16(static_cast<std::uint16_t>(update.value.size() + 1));
  body.u8(static_cast<std::uint8_t>(update.value.size())).text(update.value);
  const Tsig tsig{.time = static_cast<std::uint64_t>(now.time_since_epoch().count()), .other = {}};
  const auto mac = crypto::hmac_sha256(key.secret, header(0), body.view(), variables(key, tsig));
  return SignedUpdate{.message = concat(header(1), body.view(), tsig_record(key, tsig, mac, update.id)),
                      .mac = Buffer(mac.begin(), mac.end())};
}

Result<> check_update_answer(Bytes message, const DnsUpdate& update, const TsigKey& key, Bytes mac,
                             Time now) {
  const auto answer = read_answer(message);
  if (!answer) return lie("it is malformed");
  if (answer->id != update.id || (answer->flags & kAnswerFlag) == 0 ||
      (answer->flags & kOpcodeMask) != kUpdate)
    return lie("it answers something else");
  const auto part = answer->tsig ? read_tsig(*answer->tsig) : std::nullopt;
  const unsigned rcode = answer->flags & kRcodeMask;
  if (rcode != 0)
    return fail(AcmeError::challenge,
                "the DNS server refuses: " + refusal(rcode, part ? part->tsig.error : 0U));
  if (!part || answer->tsig->name != key.name) return lie("it is not signed");
  // What was signed: our MAC with its length, the message as it was before the signature, the variables.
  Writer signed_text;
  signed_text.u16(static_cast<std::uint16_t>(mac.size())).bytes(mac);
  signed_text.u16(part->id).bytes(message.subspan(2, kHeader - 4));
  signed_text.u16(static_cast<std::uint16_t>(answer->counts[3] - 1));
  signed_text.bytes(message.subspan(kHeader, answer->before_tsig - kHeader));
  const auto expected = crypto::hmac_sha256(key.secret, signed_text.view(), variables(key, part->tsig));
  if (!crypto::equal(expected, part->mac)) return lie("its signature is wrong");
  const auto theirs = static_cast<std::int64_t>(part->tsig.time);
  if (std::abs(theirs - now.time_since_epoch().count()) > kTsigFudge) return lie("it is an old one");
  return {};
}

}  // namespace rozaneh::front::acme
