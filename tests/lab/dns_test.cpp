#include "lab/recognise/dns.h"

#include "lab/packets.h"
#include "lab/splits.h"

namespace rozaneh::lab {
namespace {

// dig example.org A, with an OPT record and a cookie.
const Buffer kQuery =
    hex("d7ee01200001000000000001"
        "076578616d706c65036f72670000010001"
        "0000291000000000000000");

Buffer in_stream(const Buffer& message) {
  return concat(
      Buffer{static_cast<std::uint8_t>(message.size() >> 8U), static_cast<std::uint8_t>(message.size())},
      message);
}

TEST(Dns, ReadsAQuery) {
  const auto message = parse_dns(kQuery);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->id, 0xd7ee);
  EXPECT_FALSE(message->is_response);
  ASSERT_EQ(message->questions.size(), 1U);
  EXPECT_EQ(message->questions[0], (DnsQuestion{"example.org", kDnsA, 1}));
  EXPECT_TRUE(is_dns_query(kQuery));
  EXPECT_FALSE(is_dns_response(kQuery));
  for (std::size_t size = 0; size < kQuery.size(); ++size)
    EXPECT_FALSE(is_dns_query(Bytes(kQuery).first(size))) << size;
  EXPECT_FALSE(is_dns_query(concat(kQuery, Buffer(1))));
}

TEST(Dns, ReadsAddressesOfAnAnswerWithPointers) {
  const Buffer answer =
      hex("d7ee81800001000300000000"
          "076578616d706c65036f72670000010001"
          "c00c000500010000003c000603777777c00c"
          "c029000100010000003c0004c6336402"
          "c029001c00010000003c001020010db8000000000000000000000001");
  const auto message = parse_dns(answer);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->is_response);
  EXPECT_TRUE(is_dns_response(answer));
  EXPECT_EQ(message->addresses, (std::vector{address("198.51.100.2"), address("2001:db8::1")}));
  for (std::size_t size = 0; size < answer.size(); ++size) EXPECT_FALSE(parse_dns(Bytes(answer).first(size)));
}

TEST(Dns, RefusesNamesThatAreNone) {
  const auto with_name = [](std::string_view name) {
    return concat(hex("000101000001000000000000"), hex(name), hex("00010001"));
  };
  EXPECT_TRUE(parse_dns(with_name("00")));
  EXPECT_TRUE(parse_dns(with_name("3f" + std::string(126, '6') + "00")));
  EXPECT_FALSE(parse_dns(with_name("40" + std::string(128, '6') + "00")));
  EXPECT_FALSE(parse_dns(with_name("c00c")));      // to itself
  EXPECT_FALSE(parse_dns(with_name("c00d")));      // forward
  EXPECT_FALSE(parse_dns(with_name("0161c00c")));  // round and round
  // 63 + 63 + 63 + 61 characters are 255 bytes with their lengths, one more is not.
  const auto label = [](int size) {
    return encode_hex(Buffer{static_cast<std::uint8_t>(size)}) +
           std::string(static_cast<std::size_t>(2 * size), '6');
  };
  EXPECT_TRUE(parse_dns(with_name(label(63) + label(63) + label(63) + label(61) + "00")));
  EXPECT_FALSE(parse_dns(with_name(label(63) + label(63) + label(63) + label(62) + "00")));
}

TEST(Dns, WritesOddBytesOfNamesAsNumbers) {
  const auto message = parse_dns(hex("00010100000100000000000004612e5cff0001000100"));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->questions.at(0).name, "a\\046\\092\\255");
}

struct Flags {
  const char* name;
  std::size_t at;
  std::uint8_t value;
};

TEST(Dns, TakesForAQueryOnlyWhatAsksOneThing) {
  for (const Flags& wrong : {Flags{"response", 2, 0x81},
                             {"opcode", 2, 0x29},
                             {"rcode", 3, 0x03},
                             {"no question", 5, 0},
                             {"two questions", 5, 2},
                             {"an answer", 7, 1},
                             {"class", 28, 2}}) {
    Buffer query = kQuery;
    query[wrong.at] = wrong.value;
    EXPECT_FALSE(is_dns_query(query)) << wrong.name;
  }
}

TEST(Dns, HoldsFourQuestionsAtMost) {
  for (const int count : {4, 5}) {
    Buffer message = hex("000101000000000000000000");
    message[5] = static_cast<std::uint8_t>(count);
    for (int i = 0; i < count; ++i) append(message, hex("0000010001"));
    EXPECT_EQ(parse_dns(message).has_value(), count == 4);
  }
}

TEST(DnsOverTcp, IsKnownOnceItsQuestionIsWhole) {
  const Buffer stream = in_stream(kQuery);
  EXPECT_EQ(settled(looks_like_dns_over_tcp, concat(stream, stream)), Looks::yes);
  EXPECT_EQ(settled(looks_like_dns_over_tcp, Bytes(stream).first(stream.size() - 1)), Looks::more);
  EXPECT_EQ(settled(looks_like_dns_over_tcp, bytes_of("GET / HTTP/1.1\r\n")), Looks::no);
  EXPECT_EQ(settled(looks_like_dns_over_tcp, bytes_of("SSH-2.0-OpenSSH")), Looks::no);
  EXPECT_EQ(settled(looks_like_dns_over_tcp, hex("160301020001000100")), Looks::no);
  EXPECT_EQ(looks_like_dns_over_tcp(hex("0010")), Looks::no);
  EXPECT_EQ(looks_like_dns_over_tcp(hex("0011")), Looks::more);
  EXPECT_EQ(parse_dns_over_tcp(stream)->questions.at(0).name, "example.org");
  EXPECT_FALSE(parse_dns_over_tcp(Bytes(stream).first(stream.size() - 1)));
}

TEST(ForgedAnswer, SaysWhatWasAskedAndNoMore) {
  const auto forged =
      forge_dns_answer(kQuery, {.addresses = {address("127.0.0.1"), address("2001:db8::1")}, .ttl = 300});
  ASSERT_TRUE(forged);
  EXPECT_TRUE(is_dns_response(*forged));
  const auto message = parse_dns(*forged);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->id, 0xd7ee);
  EXPECT_EQ(message->questions.at(0).name, "example.org");
  EXPECT_EQ(message->addresses, std::vector{address("127.0.0.1")});
  EXPECT_EQ(message->rcode, 0U);
  EXPECT_EQ(forged->size(), 12U + 17 + 16);
}

TEST(ForgedAnswer, GivesAddressesOfTheKindAskedFor) {
  Buffer query = kQuery;
  query[26] = 28;
  const auto forged = forge_dns_answer(query, {.addresses = {address("127.0.0.1"), address("2001:db8::1")}});
  EXPECT_EQ(parse_dns(*forged)->addresses, std::vector{address("2001:db8::1")});
}

TEST(ForgedAnswer, SaysThatThereIsNoSuchName) {
  const auto forged = forge_dns_answer(kQuery, {.rcode = 3});
  ASSERT_TRUE(forged);
  EXPECT_EQ(parse_dns(*forged)->rcode, 3U);
  EXPECT_TRUE(parse_dns(*forged)->addresses.empty());
  EXPECT_FALSE(forge_dns_answer(hex("000101000000000000000000"), {}));
  EXPECT_FALSE(forge_dns_answer(bytes_of("nonsense"), {}));
}

}  // namespace
}  // namespace rozaneh::lab
