#include "lab/recognise/tls.h"

#include <gtest/gtest.h>

#include "lab/tls_stream.h"
#include "wire/tls/messages.h"

namespace rozaneh::lab {
namespace {

using Kind = TlsEvent::Kind;

constexpr const char* kNames[] = {"hello",     "server_hello", "certificate", "server_key", "request",
                                  "done",      "client_key",   "other",       "ccs",        "finished",
                                  "encrypted", "alert",        "data",        "heartbeat"};

// "up hello, down server_hello, ...": all events of a recorded connection, in reads of at most `most` bytes.
std::string story(const std::vector<Passed>& all, std::size_t most = 1U << 20U) {
  TlsObserver observer;
  std::string text;
  for (const auto& [direction, bytes] : all) {
    for (std::size_t at = 0; at < bytes.size(); at += most) {
      const Bytes part = Bytes(bytes).subspan(at, std::min(most, bytes.size() - at));
      for (const auto& event : observer.feed(direction, part))
        text += std::string(event.direction == Direction::up ? "up " : "down ") +
                kNames[static_cast<std::size_t>(event.kind)] + ", ";
    }
  }
  return text;
}

std::vector<TlsEvent> events_of(const std::vector<Passed>& all) {
  TlsObserver observer;
  std::vector<TlsEvent> events;
  for (const auto& [direction, bytes] : all)
    for (auto& event : observer.feed(direction, bytes)) events.push_back(std::move(event));
  return events;
}

template <class Detail>
Detail detail_of(const std::vector<TlsEvent>& events, Kind kind) {
  for (const auto& event : events)
    if (event.kind == kind) return std::get<Detail>(event.detail);
  throw std::runtime_error("no such event");
}

TEST(TlsObserver, TellsTheStoryOfEachKindOfHandshakeHoweverItIsCut) {
  const std::pair<const char*, const char*> kStories[] = {
      {"tls10_rsa",
       "up hello, down server_hello, down certificate, down done, up client_key, up ccs, up finished, down "
       "other, "
       "down ccs, down finished, up data, up data, down data, down data, down alert, up alert, "},
      {"tls12_dhe",
       "up hello, down server_hello, down certificate, down server_key, down done, up client_key, up ccs, "
       "up finished, down other, down ccs, down finished, up data, up alert, "},
      {"tls12_ecdhe",
       "up hello, down server_hello, down certificate, down server_key, down done, up client_key, up ccs, "
       "up finished, down other, down ccs, down finished, up data, up alert, "},
      {"tls12_client_certificate",
       "up hello, down server_hello, down certificate, down server_key, down request, down done, up "
       "certificate, "
       "up client_key, up other, up ccs, up finished, down other, down ccs, down finished, up data, up "
       "alert, "},
      {"tls13_retry",
       "up hello, down server_hello, down ccs, up ccs, up hello, down server_hello, down data, down data, "
       "down data, "
       "down data, up data, up data, down data, down data, down data, up data, "},
      {"tls13_curl",
       "up hello, down server_hello, down ccs, down data, down data, down data, down data, up ccs, up data, "
       "up data, "
       "down data, down data, down data, up data, "},
  };
  for (const auto& [name, told] : kStories) {
    const auto all = recorded(name);
    EXPECT_EQ(story(all), told) << name;
    for (const std::size_t most : {1U, 2U, 3U, 7U, 100U, 1448U})
      EXPECT_EQ(story(all, most), told) << name << most;
  }
}

TEST(TlsObserver, KnowsWhatWasNegotiated) {
  const std::tuple<const char*, std::uint16_t, std::uint16_t> kAgreed[] = {
      {"tls10_rsa", tls::kTls10, 0x002f},   {"tls12_dhe", tls::kTls12, 0x009e},
      {"tls12_ecdhe", tls::kTls12, 0xc02c}, {"tls13_retry", tls::kTls13, 0x1302},
      {"tls13_curl", tls::kTls13, 0x1302},
  };
  for (const auto& [name, version, cipher] : kAgreed) {
    TlsObserver observer;
    EXPECT_EQ(observer.looks(), Looks::more);
    for (const auto& [direction, bytes] : recorded(name)) observer.feed(direction, bytes);
    EXPECT_EQ(observer.version(), version) << name;
    EXPECT_EQ(observer.cipher_suite(), cipher) << name;
    EXPECT_EQ(observer.looks(), Looks::yes) << name;
    EXPECT_FALSE(observer.broken(Direction::up) || observer.broken(Direction::down)) << name;
  }
}

TEST(TlsObserver, ReadsTheHellos) {
  const auto events = events_of(recorded("tls12_ecdhe"));
  const auto hello = detail_of<tls::ClientHello>(events, Kind::client_hello);
  EXPECT_EQ(hello.server_name, "WWW.example.org");
  EXPECT_EQ(hello.alpn, (std::vector<std::string>{"h2", "http/1.1"}));
  EXPECT_EQ(detail_of<tls::ServerHello>(events, Kind::server_hello).alpn, "h2");
  const auto retried = events_of(recorded("tls13_retry"));
  EXPECT_TRUE(detail_of<tls::ServerHello>(retried, Kind::server_hello).retry_request);
}

TEST(TlsObserver, ReadsTheCertificate) {
  const auto chain = detail_of<CertificateChain>(events_of(recorded("tls12_ecdhe")), Kind::certificate);
  EXPECT_EQ(chain.count, 1U);
  ASSERT_TRUE(chain.leaf);
  EXPECT_EQ(chain.size, chain.leaf->size + 3);
  EXPECT_EQ(chain.leaf->lifetime(), 86400);
  EXPECT_EQ(chain.leaf->subject, "CN=www.example.org");
  EXPECT_EQ(chain.leaf->alternative,
            (std::vector<std::string>{"www.example.org", "*.example.net", "192.0.2.7", "2001:db8::7"}));
  const auto longer = detail_of<CertificateChain>(events_of(recorded("tls12_dhe")), Kind::certificate);
  EXPECT_EQ(longer.count, 3U);
  EXPECT_EQ(longer.leaf->lifetime(), 365 * 86400);
}

TEST(TlsObserver, ReadsTheKeyExchange) {
  const auto dhe = detail_of<TlsKeyExchange>(events_of(recorded("tls12_dhe")), Kind::server_key_exchange);
  EXPECT_EQ(dhe.kind, TlsKeyExchange::Kind::dhe);
  EXPECT_EQ(dhe.prime.size(), 256U);
  EXPECT_EQ(encode_hex(dhe.generator), "02");
  const auto ecdhe = detail_of<TlsKeyExchange>(events_of(recorded("tls12_ecdhe")), Kind::server_key_exchange);
  EXPECT_EQ(ecdhe.kind, TlsKeyExchange::Kind::ecdhe);
  EXPECT_EQ(ecdhe.curve, 29);
}

TEST(TlsObserver, CountsBytesUpToTheEndOfEachEvent) {
  const auto all = recorded("tls12_dhe");
  for (const auto direction : {Direction::up, Direction::down}) {
    std::uint64_t last = 0;
    for (const auto& event : events_of(all)) {
      if (event.direction != direction) continue;
      EXPECT_GT(event.end, last);
      last = event.end;
    }
    EXPECT_EQ(last, one_way(all, direction).size());
  }
  EXPECT_EQ(events_of(all).front().end, events_of(all).front().size + tls::kRecordHeader);
}

Buffer client_hello() { return tls::records_of(tls::rfc8448_client_hello()); }

TEST(TlsObserver, FindsTheHelloAcrossRecordsOfAnySize) {
  for (std::size_t most = 1; most < 60; ++most) {
    TlsObserver observer;
    const auto events = observer.feed(Direction::up, tls::records_of(tls::rfc8448_client_hello(), most));
    ASSERT_EQ(events.size(), 1U) << most;
    EXPECT_EQ(std::get<tls::ClientHello>(events[0].detail).server_name, "server");
  }
}

TEST(TlsObserver, GivesUpADirectionThatIsNotMadeOfRecords) {
  TlsObserver observer;
  EXPECT_EQ(observer.feed(Direction::up, concat(client_hello(), *decode_hex("ff"), client_hello())).size(),
            1U);
  EXPECT_TRUE(observer.broken(Direction::up));
  EXPECT_TRUE(observer.feed(Direction::up, client_hello()).empty());
  EXPECT_EQ(observer.looks(), Looks::yes);
  TlsObserver other;
  EXPECT_TRUE(other.feed(Direction::up, bytes_of("GET / HTTP/1.1\r\n")).empty());
  EXPECT_EQ(other.looks(), Looks::no);
}

TEST(TlsObserver, PassesOverWhatIsTooLargeToKeep) {
  for (const std::size_t size : {kMaxTlsMessage, kMaxTlsMessage + 1}) {
    const Buffer message = tls::message_of(tls::HandshakeType::server_key_exchange, Buffer(size));
    TlsObserver observer;
    auto events = observer.feed(Direction::down, tls::records_of(message));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].size, size + 4);
    EXPECT_EQ(std::holds_alternative<TlsKeyExchange>(events[0].detail), size == kMaxTlsMessage);
    EXPECT_EQ(observer.feed(Direction::down, tls::records_of(tls::rfc8448_server_hello())).size(), 1U);
    EXPECT_EQ(observer.version(), tls::kTls13);
  }
}

TEST(TlsObserver, ReadsAlertsUntilTheyAreEncrypted) {
  TlsObserver observer;
  auto events = observer.feed(Direction::down, *decode_hex("15030300020228"));
  EXPECT_EQ(std::get<TlsAlert>(events.at(0).detail), (TlsAlert{2, 40}));
  events = observer.feed(Direction::down, *decode_hex("14030300010115030300020100"));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(events.at(1).detail));
  events = observer.feed(Direction::down, *decode_hex("1503030003010000"));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(events.at(0).detail));
}

TEST(TlsObserver, TakesAnHelloInTheFormOfSsl2) {
  const Buffer good = *decode_hex(
      "801c"
      "01"
      "0301"
      "0003"
      "0000"
      "0010"
      "000035"
      "000102030405060708090a0b0c0d0e0f");
  for (std::size_t size = 1; size <= good.size(); ++size) {
    const std::string told = story({{Direction::up, concat(good, *decode_hex("140301000101"))}}, size);
    EXPECT_EQ(told, "up hello, up ccs, ") << size;
  }
  EXPECT_EQ(story({{Direction::up, *decode_hex("801c0403010003")}}), "");
}

}  // namespace
}  // namespace rozaneh::lab
