#include "lab/recognise/tls_packet.h"

#include <gtest/gtest.h>

#include "lab/recognise/tls_key_exchange.h"
#include "lab/recognise/tls_sslv2.h"
#include "lab/tls_stream.h"
#include "wire/tls/messages.h"

namespace rozaneh::lab {
namespace {

Buffer hex(std::string_view text) { return decode_hex(text).value(); }

TEST(StartsTls, IsTheRuleOfThreeBytes) {
  const std::pair<const char*, Looks> kCases[] = {
      {"150300", Looks::no},      {"160300", Looks::yes}, {"170309", Looks::yes}, {"180300", Looks::no},
      {"160200", Looks::no},      {"160400", Looks::no},  {"160309", Looks::yes}, {"16030a", Looks::no},
      {"1603", Looks::more},      {"16", Looks::more},    {"", Looks::more},      {"1602", Looks::no},
      {"16030101fe", Looks::yes},
  };
  for (const auto& [bytes, looks] : kCases) EXPECT_EQ(starts_tls(hex(bytes)), looks) << bytes;
}

TEST(Hello, IsKnownByElevenBytes) {
  const Buffer client = tls::records_of(tls::rfc8448_client_hello());
  const Buffer server = tls::records_of(tls::rfc8448_server_hello());
  for (std::size_t size = 0; size <= 20; ++size) {
    const Looks looks = size < 11 ? Looks::more : Looks::yes;
    EXPECT_EQ(looks_like_client_hello(Bytes(client).first(size)), looks) << size;
    EXPECT_EQ(looks_like_server_hello(Bytes(server).first(size)), looks) << size;
  }
  EXPECT_EQ(looks_like_client_hello(server), Looks::no);
  EXPECT_EQ(looks_like_server_hello(client), Looks::no);
  for (const std::size_t at : {0U, 1U, 2U, 5U, 6U, 9U, 10U}) {
    Buffer wrong = client;
    wrong[at] = 0x55;
    EXPECT_EQ(looks_like_client_hello(wrong), Looks::no) << at;
  }
  for (const std::uint8_t minor : Buffer{0, 4, 5}) {
    Buffer other = client;
    other[2] = minor;
    EXPECT_EQ(looks_like_client_hello(other), minor <= 4 ? Looks::yes : Looks::no);
  }
}

TEST(ClientKeyExchange, IsFoundInTheOpenOfTls12AndBefore) {
  for (const auto* name : {"tls10_rsa", "tls12_dhe", "tls12_ecdhe", "tls12_client_certificate"}) {
    std::string found;
    for (const auto& [direction, bytes] : recorded(name)) found += has_client_key_exchange(bytes) ? "1" : "0";
    EXPECT_EQ(found.substr(0, 4), "0010") << name;
    EXPECT_EQ(found.find('1', 3), std::string::npos) << name;
  }
  for (const auto* name : {"tls13_retry", "tls13_curl"})
    for (const auto& [direction, bytes] : recorded(name))
      EXPECT_FALSE(has_client_key_exchange(bytes)) << name;
}

TEST(ClientKeyExchange, BeginsARecordOfThePayload) {
  const auto key_exchange = tls::message_of(tls::HandshakeType::client_key_exchange, Buffer(66));
  const Buffer record =
      tls::records_of(key_exchange, tls::kMaxPlaintext, tls::ContentType::handshake, tls::kTls12);
  EXPECT_TRUE(has_client_key_exchange(record));
  EXPECT_TRUE(has_client_key_exchange(concat(hex("15030300020100"), record)));
  EXPECT_TRUE(has_client_key_exchange(Bytes(record).first(9)));
  EXPECT_FALSE(has_client_key_exchange(Bytes(record).first(8)));
  EXPECT_FALSE(has_client_key_exchange(Bytes(record).subspan(1)));
  EXPECT_FALSE(has_client_key_exchange(concat(hex("1503030003ffff"), record)));  // the first record is longer
  Buffer larger = record;
  larger[8] = 67;  // a message that does not fit its record
  EXPECT_FALSE(has_client_key_exchange(larger));
  Buffer newer = record;
  newer[2] = 4;
  EXPECT_FALSE(has_client_key_exchange(newer));
}

TEST(ClientHelloInPacket, GivesTheNameAsSoonAsItIsThere) {
  const auto name = [](Bytes payload) -> std::string {
    const auto found = client_hello_in_packet(payload);
    return found ? found->hello.server_name.value_or("none") + (found->whole ? "!" : "") : "";
  };
  const Buffer record = tls::records_of(tls::rfc8448_client_hello());
  EXPECT_EQ(name(record), "server!");
  EXPECT_EQ(name(Bytes(record).first(record.size() - 1)), "server");
  EXPECT_EQ(name(Bytes(record).first(9 + 62)), "server");
  EXPECT_EQ(name(Bytes(record).first(9 + 61)), "none");
  EXPECT_EQ(name(Bytes(record).first(9 + 42)), "");
  // What a second record says, it does not read.
  EXPECT_EQ(name(tls::records_of(tls::rfc8448_client_hello(), 4 + 61)), "none");
  EXPECT_EQ(name(tls::records_of(tls::rfc8448_client_hello(), 4 + 62)), "server");
  EXPECT_EQ(name(tls::records_of(tls::rfc8448_server_hello())), "");
}

TEST(Sslv2ClientHello, IsKnownByItsParts) {
  //                            length type version ciphers id challenge
  const std::string kCipher = "000035";
  const std::string kChallenge(32, '0');
  const std::tuple<std::string, Looks> kCases[] = {
      {"801c"
       "01"
       "0301"
       "0003"
       "0000"
       "0010" +
           kCipher + kChallenge,
       Looks::yes},
      {"801c"
       "01"
       "0002"
       "0003"
       "0000"
       "0010" +
           kCipher + kChallenge,
       Looks::yes},
      {"801c"
       "01"
       "0303"
       "0003"
       "0000"
       "0010" +
           kCipher + kChallenge,
       Looks::yes},
      {"801c"
       "01"
       "0304"
       "0003"
       "0000"
       "0010" +
           kCipher + kChallenge,
       Looks::no},
      {"801c"
       "01"
       "02ff"
       "0003"
       "0000"
       "0010" +
           kCipher + kChallenge,
       Looks::no},
      {"801c"
       "04"
       "0301"
       "0003"
       "0000"
       "0010" +
           kCipher + kChallenge,
       Looks::no},
      {"001c"
       "01"
       "0301"
       "0003"
       "0000"
       "0010" +
           kCipher + kChallenge,
       Looks::no},
      {"801c"
       "01"
       "0301"
       "0003"
       "0000"
       "0011" +
           kCipher + kChallenge,
       Looks::no},  // does not fit
      {"801b"
       "01"
       "0301"
       "0003"
       "0000"
       "000f" +
           kCipher + kChallenge,
       Looks::no},  // a challenge of 15
      {"802c"
       "01"
       "0301"
       "0003"
       "0000"
       "0020" +
           kCipher + kChallenge + kChallenge,
       Looks::yes},
      {"802d"
       "01"
       "0301"
       "0003"
       "0000"
       "0021" +
           kCipher + kChallenge + kChallenge + "00",
       Looks::no},
      {"802c"
       "01"
       "0301"
       "0003"
       "0010"
       "0010" +
           kCipher + kChallenge + kChallenge,
       Looks::yes},
      {"801b"
       "01"
       "0301"
       "0002"
       "0000"
       "0010"
       "0035" +
           kChallenge,
       Looks::no},  // ciphers are of three bytes
      {"8019"
       "01"
       "0301"
       "0000"
       "0000"
       "0010" +
           kChallenge,
       Looks::no},  // and there is one at least
      {"8008"
       "01",
       Looks::no},
      {"83fe"
       "01",
       Looks::more},
      {"83ff"
       "01",
       Looks::no},  // above kMaxSslv2Hello
      {"80", Looks::more},
      {"", Looks::more},
  };
  for (const auto& [bytes, looks] : kCases) {
    Sslv2ClientHello hello;
    const Buffer stream = hex(bytes);
    EXPECT_EQ(read_sslv2_client_hello(stream, hello), looks) << bytes;
    if (looks != Looks::yes) continue;
    EXPECT_EQ(hello.cipher_specs, std::vector<std::uint32_t>{0x35});
    EXPECT_EQ(hello.size, stream.size());
    for (std::size_t size = 0; size < stream.size(); ++size)
      EXPECT_EQ(read_sslv2_client_hello(Bytes(stream).first(size), hello), Looks::more) << size;
  }
}

TEST(ServerKeyExchange, IsToldByItsForm) {
  using Kind = TlsKeyExchange::Kind;
  const std::string kPoint =
      "03"
      "001d"
      "02"
      "aabb";
  const std::string kNumbers =
      "0002"
      "d67d"
      "0001"
      "02"
      "0002"
      "1234";
  const std::string kPrime6144 = "0300" + std::string(2 * 768, 'a') +
                                 "0001"
                                 "02"
                                 "0001"
                                 "05";
  const std::pair<std::string, Kind> kCases[] = {
      {kPoint, Kind::ecdhe},  // anonymous
      {kPoint + "0002"
                "cccc",
       Kind::ecdhe},  // TLS 1.0 and 1.1
      {kPoint + "0401"
                "0002"
                "cccc",
       Kind::ecdhe},  // TLS 1.2
      {kPoint + "0401"
                "0003"
                "cccc",
       Kind::other},
      {kNumbers, Kind::dhe},
      {kNumbers + "0001"
                  "cc",
       Kind::dhe},
      {kNumbers + "0601"
                  "0001"
                  "cc",
       Kind::dhe},
      {kNumbers + "cc", Kind::other},
      {kPrime6144, Kind::dhe},  // begins as a named curve does
      {"0000"
       "0001"
       "02"
       "0001"
       "05",
       Kind::other},
      {"", Kind::other},
      {"03"
       "001d"
       "00",
       Kind::other},
  };
  for (const auto& [body, kind] : kCases) EXPECT_EQ(read_server_key_exchange(hex(body)).kind, kind) << body;
  EXPECT_EQ(encode_hex(read_server_key_exchange(hex(kNumbers)).prime), "d67d");
  EXPECT_EQ(read_server_key_exchange(hex(kPoint)).curve, 29);
}

TEST(ServerKeyExchange, ShowsTorsPrimeOf2010) {
  const Buffer prime = hex(kTorPrimeUntil2011);
  ASSERT_EQ(prime.size(), 128U);
  const auto body = concat(hex("0080"), prime, hex("0001020080"), Buffer(128, 1), hex("00020102"));
  EXPECT_EQ(read_server_key_exchange(body).prime, prime);
}

}  // namespace
}  // namespace rozaneh::lab
