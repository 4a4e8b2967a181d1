#include "lab/recognise/dns.h"

#include "base/reader.h"
#include "base/writer.h"
#include "lab/recognise/entropy.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxQuestions = 4;
constexpr std::size_t kMaxAddresses = 64;
constexpr std::uint16_t kIn = 1;

void put_label(std::string& name, Bytes label) {
  if (!name.empty()) name.push_back('.');
  for (const std::uint8_t byte : label) {
    if (is_printable(byte) && byte != '.' && byte != '\\') {
      name.push_back(static_cast<char>(byte));
      continue;
    }
    name.push_back('\\');
    for (const int unit : {100, 10, 1}) name.push_back(static_cast<char>('0' + byte / unit % 10));
  }
}

struct Name {
  std::string text;
  std::size_t end = 0;  // in the message, behind the name where it stands
};

// A pointer must lead to before where its part of the name began, so that the walk ends.
std::optional<Name> parse_name(Bytes message, std::size_t at) {
  Name name;
  std::size_t size = 0;
  std::size_t begin = at;
  while (at < message.size()) {
    const std::uint8_t length = message[at];
    if (length == 0) {
      if (name.end == 0) name.end = at + 1;
      return name;
    }
    if (length >= 0xc0) {
      if (at + 1 >= message.size()) return std::nullopt;
      if (name.end == 0) name.end = at + 2;
      const std::size_t to = (length & 0x3fU) << 8U | message[at + 1];
      if (to >= begin) return std::nullopt;
      begin = at = to;
      continue;
    }
    size += length + 1U;
    if (length > 63 || size >= kMaxName || at + 1 + length > message.size()) return std::nullopt;
    put_label(name.text, message.subspan(at + 1, length));
    at += 1U + length;
  }
  return std::nullopt;
}

// Walks one resource record; answers where it ends.
std::optional<std::size_t> walk_record(Bytes message, std::size_t at, DnsMessage& into, bool is_answer) {
  const auto name = parse_name(message, at);
  if (!name) return std::nullopt;
  Reader reader(message.subspan(name->end));
  const auto type = reader.u16();
  const auto klass = reader.u16();
  const auto ttl = reader.u32();
  const auto length = reader.u16();
  if (!type || !klass || !ttl || !length) return std::nullopt;
  const auto data = reader.bytes(*length);
  if (!data) return std::nullopt;
  if (is_answer && *klass == kIn && into.addresses.size() < kMaxAddresses) {
    std::array<std::uint8_t, 4> v4{};
    std::array<std::uint8_t, 16> v6{};
    if (*type == kDnsA && data->size() == v4.size()) {
      copy(v4, *data);
      into.addresses.emplace_back(v4);
    } else if (*type == kDnsAaaa && data->size() == v6.size()) {
      copy(v6, *data);
      into.addresses.emplace_back(v6);
    }
  }
  return message.size() - reader.left();
}

struct Head {
  DnsMessage message;
  std::size_t questions = 0;
  std::size_t answers = 0;
  std::size_t others = 0;
};

std::optional<Head> parse_head(Bytes message) {
  if (message.size() < kHeader) return std::nullopt;
  Reader reader(message);
  Head head;
  head.message.id = *reader.u16();
  const std::uint16_t flags = *reader.u16();
  head.message.is_response = (flags & 0x8000U) != 0;
  head.message.opcode = (flags >> 11U) & 15U;
  head.message.is_truncated = (flags & 0x0200U) != 0;
  head.message.rcode = flags & 15U;
  head.questions = *reader.u16();
  head.answers = *reader.u16();
  head.others = *reader.u16();
  head.others += *reader.u16();
  if (head.questions > kMaxQuestions) return std::nullopt;
  return head;
}

struct Walked {
  DnsMessage message;
  std::size_t end = 0;
  bool has_answers = false;
};

std::optional<Walked> walk(Bytes message) {
  auto head = parse_head(message);
  if (!head) return std::nullopt;
  Walked walked{.message = std::move(head->message), .end = kHeader, .has_answers = head->answers > 0};
  for (std::size_t i = 0; i < head->questions; ++i) {
    auto name = parse_name(message, walked.end);
    if (!name) return std::nullopt;
    Reader reader(message.subspan(name->end));
    const auto type = reader.u16();
    const auto klass = reader.u16();
    if (!klass) return std::nullopt;
    walked.message.questions.push_back({std::move(name->text), *type, *klass});
    walked.end = name->end + 4;
  }
  walked.message.question_end = walked.end;
  for (std::size_t i = 0; i < head->answers + head->others; ++i) {
    const auto end = walk_record(message, walked.end, walked.message, i < head->answers);
    if (!end) return std::nullopt;
    walked.end = *end;
  }
  return walked;
}

bool is_class(std::uint16_t klass) { return klass == kIn || klass == 3 || klass == 4 || klass == 255; }

}  // namespace

std::optional<DnsMessage> parse_dns(Bytes message) {
  auto walked = walk(message);
  if (!walked) return std::nullopt;
  return std::move(walked->message);
}

bool is_dns_query(Bytes datagram) {
  const auto walked = walk(datagram);
  if (!walked) return false;
  const DnsMessage& message = walked->message;
  return !message.is_response && message.opcode == 0 && message.rcode == 0 && !walked->has_answers &&
         message.questions.size() == 1 && is_class(message.questions[0].klass) &&
         walked->end == datagram.size();
}

bool is_dns_response(Bytes datagram) {
  const auto message = parse_dns(datagram);
  return message && message->is_response && message->opcode == 0 && message->questions.size() == 1 &&
         is_class(message->questions[0].klass);
}

Looks looks_like_dns_over_tcp(Bytes up) {
  Reader reader(up);
  const auto length = reader.u16();
  if (!length) return Looks::more;
  if (*length < kHeader + 5) return Looks::no;
  const Bytes message = up.subspan(2, std::min<std::size_t>(*length, up.size() - 2));
  // The flags, then the numbers of questions and answers, settle most of what is no query.
  if (message.size() >= 4 && ((message[2] & 0xf8U) != 0 || (message[3] & 0x0fU) != 0)) return Looks::no;
  if (message.size() >= 8 && (message[4] != 0 || message[5] != 1 || message[6] != 0 || message[7] != 0))
    return Looks::no;
  if (message.size() < *length) return Looks::more;
  return is_dns_query(message) ? Looks::yes : Looks::no;
}

std::optional<DnsMessage> parse_dns_over_tcp(Bytes stream) {
  Reader reader(stream);
  const auto length = reader.u16();
  if (!length) return std::nullopt;
  const auto message = reader.bytes(*length);
  if (!message) return std::nullopt;
  return parse_dns(*message);
}

std::optional<Buffer> forge_dns_answer(Bytes query, const DnsForgery& forgery) {
  const auto asked = parse_dns(query);
  if (!asked || asked->questions.size() != 1) return std::nullopt;
  const std::uint16_t type = asked->questions[0].type;
  std::vector<IpAddress> given;
  for (const IpAddress& address : forgery.addresses)
    if (type == (address.is_v6() ? kDnsAaaa : kDnsA)) given.push_back(address);
  const unsigned wanted_recursion = query[2] & 1U;
  Writer writer;
  writer.u16(asked->id).u16(
      static_cast<std::uint16_t>(0x8080U | wanted_recursion << 8U | (forgery.rcode & 15U)));
  writer.u16(1).u16(static_cast<std::uint16_t>(given.size())).u32(0);
  writer.bytes(query.subspan(kHeader, asked->question_end - kHeader));
  for (const IpAddress& address : given) {
    writer.u16(0xc000U | kHeader).u16(type).u16(kIn).u32(forgery.ttl);
    if (address.is_v6())
      writer.u16(16).bytes(address.v6());
    else
      writer.u16(4).bytes(address.v4());
  }
  return writer.take();
}

}  // namespace rozaneh::lab
