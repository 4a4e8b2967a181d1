#include "lab/score/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/writer.h"
#include "io/error.h"
#include "lab/far/numbered.h"
#include "lab/recognise/dns.h"
#include "lab/score/sends.h"
#include "wire/http_head.h"

namespace rozaneh::lab {
namespace {

using Block = std::array<std::uint8_t, std::size_t{64} * 1024>;

std::unexpected<Error> wrong(std::string what) { return fail(ExchangeError::answer, std::move(what)); }

// Reads up to the end of the head; what came behind it stays in `received`.
Result<std::uint64_t> read_head(Connection& connection, Buffer& received, const OnBytes& on_bytes) {
  for (Block block{};;) {
    const auto head = parse_http_head(received);
    if (!head) return std::unexpected(head.error());
    if (*head) {
      if (!(*head)->start_line.contains(" 200 ")) return wrong(fmt::format("answer {}", (*head)->start_line));
      const auto length = parse_count((*head)->get("content-length").value_or(""));
      if (!length) return wrong("an answer without a length");
      received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>((*head)->size));
      return *length;
    }
    const auto count = connection.read(block);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) return fail(io::IoError::ended_early);
    on_bytes(*count);
    append(received, Bytes(block).first(*count));
  }
}

// Whether bytes are the numbered ones of the web site, from that place on.
bool are_numbered(Bytes bytes, std::uint64_t from) {
  Buffer expected(bytes.size());
  fill_numbered(expected, from);
  return std::ranges::equal(bytes, expected);
}

// A query for an A record (RFC 1035 section 4.1).
Buffer query_for(std::string_view name, Random& random) {
  Writer query;
  query.bytes(random.bytes(2)).u16(0x0100).u16(1).u16(0).u16(0).u16(0);
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    query.u8(static_cast<std::uint8_t>(label.size())).bytes(bytes_of(label));
    name.remove_prefix(std::min(label.size() + 1, name.size()));
  }
  return query.u8(0).u16(kDnsA).u16(1).take();
}

Result<> read_back(Connection& connection, Bytes sent, const OnBytes& on_bytes) {
  for (Block block{}; !sent.empty();) {
    const auto count = connection.read(block);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) return fail(io::IoError::ended_early);
    on_bytes(*count);
    if (*count > sent.size() || !std::ranges::equal(Bytes(block).first(*count), sent.first(*count)))
      return wrong("another answer than the far side's");
    sent = sent.subspan(*count);
  }
  return {};
}

}  // namespace

std::string_view layer_of(ExchangeError /*error*/) { return "answer"; }
std::string_view describe(ExchangeError /*error*/) { return ""; }

Result<> exchange_http(Connection& connection, const Place& place, const OnBytes& on_bytes) {
  const std::string request =
      fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\n\r\n", place.path,
                  place.target.host_text());
  if (auto written = connection.write(bytes_of(request)); !written) return written;
  Buffer first;
  const auto length = read_head(connection, first, on_bytes);
  if (!length) return std::unexpected(length.error());
  const auto wanted = place.size();
  if (wanted && *wanted != *length) return wrong(fmt::format("{} bytes in place of {}", *length, *wanted));
  std::uint64_t got = 0;
  Bytes part = first;
  for (Block block{};;) {
    if (part.size() > *length - got) return wrong("more bytes than were announced");
    if (wanted && !are_numbered(part, got)) return wrong("other bytes than the far side's");
    got += part.size();
    if (got == *length) return {};
    const auto count = connection.read(block);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) return fail(io::IoError::ended_early);
    on_bytes(*count);
    part = Bytes(block).first(*count);
  }
}

Result<> exchange_dns(Connection& connection, const std::string& name, const IpAddress& answer,
                      Random& random, const OnBytes& on_bytes) {
  const Buffer query = query_for(name, random);
  if (auto written = connection.write(query); !written) return written;
  for (Block block{};;) {
    const auto count = connection.read(block);
    if (!count) return std::unexpected(count.error());
    on_bytes(*count);
    const auto message = parse_dns(Bytes(block).first(*count));
    if (!message || message->id != (static_cast<unsigned>(query[0]) << 8U | query[1])) continue;
    const auto& addresses = message->addresses;
    if (std::ranges::find(addresses, answer) != addresses.end()) return {};
    return wrong(addresses.empty() ? std::string("no such name")
                                   : fmt::format("the name leads to {}", addresses.front().to_string()));
  }
}

Result<> exchange_raw(Connection& connection, const std::vector<std::string>& sends, Random& random,
                      const OnBytes& on_bytes) {
  for (const std::string& each : sends) {
    const Buffer sent = bytes_to_send(each, random);
    if (auto written = connection.write(sent); !written) return written;
    if (auto back = read_back(connection, sent, on_bytes); !back) return back;
  }
  return {};
}

Result<> exchange_opening(Connection& connection, Handshake& opening) {
  Buffer received;
  for (Block block{};;) {
    const auto step = opening.step(received);
    if (!step) return std::unexpected(step.error());
    if (!step->send.empty())
      if (auto written = connection.write(step->send); !written) return written;
    received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(step->consumed));
    if (step->failure) return std::unexpected(*step->failure);
    if (step->done) return {};
    if (!received.empty() && !step->needs_more()) continue;
    const auto count = connection.read(block);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) return fail(io::IoError::ended_early);
    append(received, Bytes(block).first(*count));
  }
}

}  // namespace rozaneh::lab
